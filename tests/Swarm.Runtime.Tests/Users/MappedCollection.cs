namespace Swarm.Runtime.Tests.Users;

/// <summary>Tests of mapped users run one after another: processes of other users are counted.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // It is what xunit calls a collection.
public sealed class MappedCollection : ICollectionFixture<MappedFixture>
#pragma warning restore CA1711
{
    public const string Name = "mapped users";
}
