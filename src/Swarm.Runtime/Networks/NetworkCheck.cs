using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Swarm.Runtime.Networks;

/// <summary>Whether a network that is asked for can be, in Docker's words where it cannot.</summary>
/// <remarks>Pure.</remarks>
internal static partial class NetworkCheck
{
    private const int LongestSubnet = 30;
    private const int ShortestSubnet = 8;

    // Nothing else could be reached there: this host, its loopback, groups.
    private static readonly Subnet[] NoOnes = [new(0, 8), new(127u << 24, 8), new(224u << 24, 3)];

    /// <exception cref="ContainerException">What cannot be, all of it.</exception>
    internal static void Throw(NetworkDefinition network)
    {
        if (!Name().IsMatch(network.Name))
        {
            throw Invalid(network.Name.Length == 0
                ? "network name cannot be blank"
                : $"invalid network name {network.Name}: only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }

        BridgeSettings.Of(network.Options);
        string[] wrong = [.. AddressFaults(network)];
        if (wrong.Length > 0) throw Invalid("invalid network config:\n" + string.Join('\n', wrong));
    }

    private static IEnumerable<string> AddressFaults(NetworkDefinition network)
    {
        if (network.Subnet.Length == 0)
        {
            if (network.Gateway.Length + network.AddressRange.Length + network.ReservedAddresses.Count > 0)
                yield return "invalid subnet : invalid CIDR block notation";
            yield break;
        }

        if (TryParse(network.Subnet) is not { } subnet)
        {
            yield return $"invalid subnet {network.Subnet}: invalid CIDR block notation";
            yield break;
        }

        if (Fault(subnet, network.Subnet) is { } fault) yield return fault;
        if (RangeFault(network.AddressRange, subnet.Masked) is { } range) yield return range;
        if (AddressFault(network.Gateway, subnet.Masked) is { } gateway)
            yield return $"invalid gateway {network.Gateway}: {gateway}";
        foreach (var (name, address) in network.ReservedAddresses)
        {
            if ((address.Length == 0 ? "invalid address" : AddressFault(address, subnet.Masked)) is { } wrong)
                yield return $"invalid auxiliary address {name}: {wrong}";
        }
    }

    private static string? Fault((Subnet Masked, bool IsMasked) subnet, string text) => subnet switch
    {
        { IsMasked: false } => $"invalid subnet {text}: it should be {subnet.Masked}",
        { Masked.Length: < ShortestSubnet or > LongestSubnet } =>
            $"invalid subnet {text}: a network has a prefix of /{ShortestSubnet} to /{LongestSubnet}",
        _ when NoOnes.Any(subnet.Masked.Overlaps) => $"invalid subnet {text}: no container could be reached there",
        _ => null,
    };

    private static string? RangeFault(string range, Subnet subnet)
    {
        if (range.Length == 0) return null;
        if (TryParse(range) is not { } parsed) return $"invalid ip-range {range}: invalid CIDR block notation";
        if (parsed.Masked.Length < subnet.Length)
            return $"invalid ip-range {range}: CIDR block is bigger than its parent subnet {subnet}";
        if (!parsed.IsMasked) return $"invalid ip-range {range}: it should be {parsed.Masked}";
        return subnet.Overlaps(parsed.Masked)
            ? null
            : $"invalid ip-range {range}: parent subnet {subnet} doesn't contain ip-range";
    }

    private static string? AddressFault(string address, Subnet subnet) => address switch
    {
        "" => null,
        _ when Subnet.TryNumber(address) is null => IPAddress.TryParse(address, out _)
            ? "parent subnet is an IPv4 block" : "invalid address",
        _ when !subnet.Contains(Subnet.TryNumber(address)!.Value) =>
            $"parent subnet {subnet} doesn't contain this address",
        _ => null,
    };

    /// <returns>The subnet, and whether it was written with its first address.</returns>
    private static (Subnet Masked, bool IsMasked)? TryParse(string text)
    {
        var parts = text.Split('/');
        if (parts.Length != 2 || Subnet.TryNumber(parts[0]) is not { } address) return null;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > 32)
            return null;
        var masked = Subnet.Of(address, length);
        return (masked, masked.First == address);
    }

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}\\z")]
    private static partial Regex Name();
}
