using System.Text.RegularExpressions;

namespace Swarm.Runtime.Networks;

/// <summary>
/// Settings of the networks of one daemon. Two daemons on a machine differ in every one of the first four.
/// </summary>
public sealed partial record NetworkOptions
{
    /// <summary>Begins the name of every bridge and device, and is the name of the packet filter's table.</summary>
    /// <remarks>
    /// One letter and up to seven letters or digits, lower case: the kernel allows 15 characters in all.
    /// </remarks>
    public required string NamePrefix { get; init; }

    /// <summary>Where network namespaces are mounted. On tmpfs: none outlives a reboot.</summary>
    public required string NamespaceFolder { get; init; }

    /// <summary>Where it is written which network has which subnet and which container which address.</summary>
    /// <remarks>Best on tmpfs, beside the namespaces: after a reboot there is nothing that it could describe.</remarks>
    public required string StateFolder { get; init; }

    /// <summary>Where networks that are made by hand are kept, over restarts of the host; null: below the state
    /// folder.</summary>
    public string? LastingFolder { get; init; }

    /// <summary>
    /// Each network takes 256 addresses of it, past those that the host has routes to. Length /12 to /24.
    /// </summary>
    public string AddressPool { get; init; } = "172.30.0.0/15";

    /// <summary>Bytes of the largest packet, 576 to 65535.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>The network of containers that name none. It stays when it is empty.</summary>
    public string DefaultNetwork { get; init; } = "bridge";

    /// <summary>First port given to whoever asks for any.</summary>
    public int FirstDynamicPort { get; init; } = 49153;

    /// <summary>Last port given to whoever asks for any.</summary>
    public int LastDynamicPort { get; init; } = 65535;

    /// <summary>File of the network namespace that is the host; null for the daemon's own.</summary>
    public string? HostNamespace { get; init; }

    /// <exception cref="ArgumentException">Names every setting that is out of its range.</exception>
    internal NetworkOptions Checked()
    {
        string[] wrong =
        [
            .. PrefixShape().IsMatch(NamePrefix) ? (string[])[] :
                [$"name prefix '{NamePrefix}': must be a letter and up to 7 letters or digits, lower case"],
            .. Subnet.TryParse(AddressPool) is { Length: >= 12 and <= 24 } ? (string[])[] :
                [$"address pool '{AddressPool}': must be an IPv4 network, as 172.30.0.0/15, of length /12 to /24"],
            .. Mtu is >= 576 and <= 65535 ? (string[])[] : [$"mtu {Mtu}: must be 576 to 65535"],
            .. FirstDynamicPort > 0 && FirstDynamicPort <= LastDynamicPort && LastDynamicPort <= 65535 ? (string[])[] :
                [$"dynamic ports {FirstDynamicPort} to {LastDynamicPort}: must be within 1 to 65535"],
        ];
        return wrong is [] ? this : throw new ArgumentException("Network settings: " + string.Join("; ", wrong));
    }

    [GeneratedRegex("^[a-z][a-z0-9]{0,7}$")]
    private static partial Regex PrefixShape();
}
