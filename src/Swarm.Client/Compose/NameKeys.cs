using System.Collections.Immutable;
using System.Net;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>Keys of a service that say what its containers are called, and whom they ask for the names of others.
/// </summary>
internal static class NameKeys
{
    /// <summary>Stands for the address by which a container reaches its host.</summary>
    private const string HostGateway = "host-gateway";

    private const int LongestDomain = 64;

    public static IEnumerable<KeyValuePair<string, Func<ContainerSpec, Field, ContainerSpec>>> All { get; } =
        new Dictionary<string, Func<ContainerSpec, Field, ContainerSpec>>
        {
            ["hostname"] = (container, field) => container with { Hostname = Hostname(field) },
            ["domainname"] = (container, field) => container with { Domainname = Domainname(field) },
            ["extra_hosts"] = (container, field) => container with { ExtraHosts = ExtraHosts(field) },
            ["dns"] = (container, field) => container with { DnsServers = DnsServers(field) },
            ["dns_search"] = (container, field) => container with { DnsSearch = Words(field, "a domain") },
            ["dns_opt"] = (container, field) => container with { DnsOptions = Words(field, "an option") },
        };

    private static string? Hostname(Field field)
    {
        var name = field.Text();
        if (name is not null
            && (name.Length is 0 or > 63 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '-' and not '.')))
        {
            field.Refuse($"'{name}' is not a host name: letters, digits, '-' and '.', at most 63");
        }

        return name;
    }

    private static string Domainname(Field field)
    {
        var name = field.Text() ?? "";
        if (name.Length > LongestDomain || name.Any(char.IsWhiteSpace))
            field.Refuse($"'{name}' is not a domain: at most {LongestDomain} characters without blanks");
        return name;
    }

    /// <remarks>Kept as Docker writes them: <c>name:address</c>.</remarks>
    private static ImmutableArray<string> ExtraHosts(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        if (field.Value is YamlList)
        {
            foreach (var (text, item) in field.Texts())
            {
                var split = text.IndexOfAny(['=', ':']);
                Add(split < 0 ? text : text[..split], split < 0 ? "" : text[(split + 1)..], item);
            }
        }
        else
        {
            foreach (var (key, value) in field.Entries())
            {
                foreach (var (text, item) in value.TextOrTexts()) Add(key.Text, text, item);
            }
        }

        return result.ToImmutable();

        void Add(string name, string address, Field at)
        {
            var bare = address.StartsWith('[') && address.EndsWith(']') ? address[1..^1] : address;
            if (name.Length == 0) at.Refuse("needs a name, as name:address");
            else if (bare != HostGateway && !IPAddress.TryParse(bare, out _))
                at.Refuse($"'{address}' is not an IP address; write it as name:address");
            else result.Add($"{name}:{bare}");
        }
    }

    private static ImmutableArray<string> DnsServers(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, item) in field.TextOrTexts())
        {
            if (IPAddress.TryParse(text, out _)) result.Add(text);
            else item.Refuse($"'{text}' is not an IP address");
        }

        return result.ToImmutable();
    }

    private static ImmutableArray<string> Words(Field field, string kind)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, item) in field.TextOrTexts())
        {
            if (text.Length == 0 || text.Any(char.IsWhiteSpace)) item.Refuse($"'{text}' is not {kind}: it has blanks");
            else result.Add(text);
        }

        return result.ToImmutable();
    }
}
