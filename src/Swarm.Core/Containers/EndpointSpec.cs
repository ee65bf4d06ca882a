using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Containers;

/// <summary>How a container is in one network.</summary>
/// <param name="Network">The name of the network.</param>
public sealed record EndpointSpec([property: Key(0)] string Network)
{
    private const int LongestName = 253;

    /// <summary>Its IPv4 address in the network; empty takes any that is free.</summary>
    [Key(1)] public string Address { get; init; } = "";

    /// <summary>As <c>02:42:ac:1e:00:02</c>; empty takes one that follows from the address.</summary>
    [Key(2)] public string MacAddress { get; init; } = "";

    /// <summary>Names by which others in the network find it, beside its own.</summary>
    [Key(3)] public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Containers of the network that it alone knows by other names.</summary>
    [Key(4)] public ImmutableArray<LinkSpec> Links { get; init; } = [];

    /// <summary>The network with the highest one is the way out; of equal ones the one that was joined first.</summary>
    [Key(5)] public int GatewayPriority { get; init; }

    /// <summary>Settings for the driver. Kept, and read by nobody.</summary>
    [Key(6)]
    public ImmutableSortedDictionary<string, string> DriverOptions { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether something may be called so in a network: it is written into files, and asked of others.
    /// </summary>
    public static bool IsAlias(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= LongestName
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
    }
}

/// <summary>Another name for a container.</summary>
/// <param name="Container">Its id, or, in <see cref="EndpointSpec.Links"/>, a name that it has in the
/// network.</param>
public sealed record LinkSpec([property: Key(0)] string Container, [property: Key(1)] string Alias)
{
    /// <summary>What that container was called when the link was made: shown when it is there no more. Empty where it
    /// was not looked for.</summary>
    [Key(2)] public string Name { get; init; } = "";
}
