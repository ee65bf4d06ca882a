using System.Collections.Immutable;

namespace Swarm.Api.Registry.Access;

/// <summary>Who may use this node's registry.</summary>
public sealed record RegistryAccessOptions
{
    /// <summary>The file with names and passwords, as <c>htpasswd -B</c> writes it; null where nobody has one.
    /// </summary>
    public string? UsersFile { get; init; }

    public ImmutableArray<RegistryRight> Rights { get; init; } = [RegistryRight.Parse("* ** pull,push,delete")];

    /// <summary>Whether everybody on this host may do all without a password, over the loopback.</summary>
    public bool TrustsLoopback { get; init; } = true;

    /// <summary>Whether clients are told to get a token for their password; else they show it each time. Either is
    /// taken.</summary>
    public bool AsksForTokens { get; init; } = true;
}
