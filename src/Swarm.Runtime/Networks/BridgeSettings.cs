using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Swarm.Runtime.Networks;

/// <summary>What the options of a bridge network say, under Docker's names for them.</summary>
/// <remarks>Pure. An option that is not read here is kept and shown, as in Docker.</remarks>
internal sealed partial record BridgeSettings
{
    private const string Bridge = "com.docker.network.bridge.";

    /// <summary>Name of the bridge; null takes one of ours.</summary>
    internal string? BridgeName { get; init; }

    /// <summary>Null takes the one of all networks.</summary>
    internal int? Mtu { get; init; }

    /// <summary>Whether containers of the network reach each other.</summary>
    internal bool ConnectsContainers { get; init; } = true;

    /// <summary>Whether what leaves carries the host's address.</summary>
    internal bool HidesAddresses { get; init; } = true;

    /// <summary>Where ports are published that name no address of the host; empty means everywhere.</summary>
    internal string HostAddress { get; init; } = "";

    /// <summary>What Docker shows of its default bridge.</summary>
    internal static ImmutableSortedDictionary<string, string> OfDefault(string bridge) =>
        ImmutableSortedDictionary<string, string>.Empty.AddRange(new Dictionary<string, string>
        {
            [Bridge + "default_bridge"] = "true",
            [Bridge + "enable_icc"] = "true",
            [Bridge + "enable_ip_masquerade"] = "true",
            [Bridge + "host_binding_ipv4"] = "0.0.0.0",
            [Bridge + "name"] = bridge,
        });

    /// <exception cref="ContainerException">An option that cannot be, named.</exception>
    internal static BridgeSettings Of(ImmutableSortedDictionary<string, string> options)
    {
        var settings = new BridgeSettings();
        foreach (var (name, value) in options)
        {
            settings = name switch
            {
                Bridge + "name" => settings with { BridgeName = NameOf(name, value) },
                "com.docker.network.driver.mtu" => settings with { Mtu = MtuOf(name, value) },
                Bridge + "enable_icc" => settings with { ConnectsContainers = FlagOf(name, value) },
                Bridge + "enable_ip_masquerade" => settings with { HidesAddresses = FlagOf(name, value) },
                Bridge + "host_binding_ipv4" => settings with { HostAddress = AddressOf(name, value) },
                Bridge + "gateway_mode_ipv4" when value is not ("" or "nat") => throw new ContainerException(
                    ContainerFault.Unsupported, $"{name}={value} is not supported: only nat is"),
                _ => settings,
            };
        }

        return settings;
    }

    private static string? NameOf(string option, string value) => value switch
    {
        "" => null,
        _ when DeviceName().IsMatch(value) && value is not ("lo" or "all" or "default") => value,
        _ => throw Invalid(
            option, value, "a device has a name of 1 to 15 letters, digits, dots, dashes and underscores"),
    };

    private static int MtuOf(string option, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var mtu) && mtu is >= 68 and <= 65535
            ? mtu
            : throw Invalid(option, value, "a packet has 68 to 65535 bytes");

    private static bool FlagOf(string option, string value) => value switch
    {
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        _ => throw Invalid(option, value, "it is true or false"),
    };

    private static string AddressOf(string option, string value) => value is "" or "0.0.0.0" ? ""
        : Networks.Subnet.TryNumber(value) is not null ? value
        : throw Invalid(option, value, "it is an IPv4 address of the host");

    private static ContainerException Invalid(string option, string value, string rule) =>
        new(ContainerFault.Invalid, $"invalid value {value} for the option {option}: {rule}");

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}\\z")]
    private static partial Regex DeviceName();
}
