using System.Globalization;
using System.Text.RegularExpressions;

namespace Swarm.Runtime.Names;

/// <summary>The packet filter's rules in a container's namespace: what its programs send to port 53 of the name server
/// goes to the port that this has in truth, so that the container can use port 53 itself.</summary>
/// <remarks>Pure.</remarks>
internal static partial class NameRules
{
    private const string Table = "swarm_names";

    /// <summary>In one transaction; also where earlier rules led to another port.</summary>
    internal static string LeadTo(int port) => $$"""
        table ip {{Table}}
        delete table ip {{Table}}
        table ip {{Table}} {
            chain output {
                type nat hook output priority -101; policy accept;
                ip daddr {{NameServer.Address}} udp dport 53 dnat to {{NameServer.Address}}:{{port}}
                ip daddr {{NameServer.Address}} tcp dport 53 dnat to {{NameServer.Address}}:{{port}}
            }
        }

        """;

    /// <param name="listing">What <c>nft list ruleset ip</c> prints.</param>
    /// <returns>Where earlier rules lead to; null where there are none.</returns>
    internal static int? FindPort(string listing)
    {
        var table = listing.IndexOf($"table ip {Table} {{", StringComparison.Ordinal);
        return table >= 0 && Led().Match(listing, table) is { Success: true } led
            && int.TryParse(led.Groups[1].Value, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= ushort.MaxValue
                ? port
                : null;
    }

    [GeneratedRegex(@"dnat to 127\.0\.0\.11:(\d{1,5})\b")]
    private static partial Regex Led();
}
