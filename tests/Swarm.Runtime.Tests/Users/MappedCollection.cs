namespace Swarm.Runtime.Tests.Users;

/// <summary>Tests of mapped users run one after another: processes of other users are counted.</summary>
[CollectionDefinition(Name)]
public sealed class MappedCollection : ICollectionFixture<MappedFixture>
{
    public const string Name = "mapped users";
}
