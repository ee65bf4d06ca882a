using System.Collections.Immutable;

namespace Swarm.Api.Registry.Access;

/// <summary>What somebody was given for a password, for a while.</summary>
/// <param name="User">Null for somebody who has shown none.</param>
/// <param name="Actions">By repository, as docker.io/library/web.</param>
internal sealed record RegistryToken(
    string? User, ImmutableSortedDictionary<string, RegistryActions> Actions, DateTimeOffset Expires)
{
    public RegistryActions For(string repository) => Actions.GetValueOrDefault(repository);
}
