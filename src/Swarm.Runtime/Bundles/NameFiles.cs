using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Bundles;

/// <summary>The container's own /etc/hosts, /etc/hostname and /etc/resolv.conf.</summary>
internal static class NameFiles
{
    private const string HostGateway = "host-gateway";

    /// <returns>The mounts that put them over the image's, but for those that the container mounts itself.</returns>
    public static ImmutableArray<BundleMount> Write(
        string folder, ContainerPlan plan, ImmutableArray<NetworkEndpoint> endpoints, string hostResolver)
    {
        var texts = new Dictionary<string, string>
        {
            ["hosts"] = Hosts(plan, endpoints),
            ["hostname"] = plan.Hostname + "\n",
            ["resolv.conf"] = Resolver(plan.Spec, hostResolver),
        };
        var mounts = ImmutableArray.CreateBuilder<BundleMount>();
        foreach (var (name, text) in texts)
        {
            var target = "/etc/" + name;
            if (plan.MountTargets.Contains(target) || plan.MountTargets.Contains("/etc")) continue;
            var path = Path.Join(folder, name);
            File.WriteAllText(path, text);
            File.SetUnixFileMode(
                path,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            mounts.Add(new BundleMount("bind", path, target, ["bind", "rprivate"]));
        }

        return mounts.DrainToImmutable();
    }

    internal static string Hosts(ContainerPlan plan, ImmutableArray<NetworkEndpoint> endpoints)
    {
        var text = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        if (endpoints.IsEmpty) text.Append(CultureInfo.InvariantCulture, $"127.0.0.1\t{plan.HostNames}\n");
        foreach (var endpoint in endpoints)
            text.Append(CultureInfo.InvariantCulture, $"{endpoint.Address}\t{plan.HostNames}\n");
        foreach (var extra in plan.Spec.ExtraHosts)
        {
            var separator = extra.IndexOfAny([':', '=']);
            var address = separator > 0 ? extra[(separator + 1)..] : "";
            if (address == HostGateway) address = endpoints.IsEmpty ? "127.0.0.1" : endpoints[0].Gateway;
            if (!IPAddress.TryParse(address.Trim('[', ']'), out var parsed))
            {
                throw new ContainerException(ContainerFault.Invalid, $"extra host '{extra}' is not as NAME:ADDRESS");
            }

            text.Append(CultureInfo.InvariantCulture, $"{parsed}\t{extra[..separator]}\n");
        }

        return text.ToString();
    }

    internal static string Resolver(ContainerSpec spec, string hostResolver)
    {
        var lines = hostResolver.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var isOwn = !spec.DnsServers.IsEmpty || !spec.DnsSearch.IsEmpty || !spec.DnsOptions.IsEmpty;
        if (!isOwn && spec.NetworkMode == NetworkMode.Host) return hostResolver;

        var others = lines
            .Where(line => !line.StartsWith("nameserver", StringComparison.Ordinal)
                && (spec.DnsSearch.IsEmpty || !IsSearch(line))
                && (spec.DnsOptions.IsEmpty || !line.StartsWith("options", StringComparison.Ordinal)))
            .Concat(Line("search", [.. spec.DnsSearch.Where(domain => domain != ".")]))
            .Concat(Line("options", spec.DnsOptions));
        var servers = spec.DnsServers.IsEmpty
            // A server at the host's own loopback cannot be reached from another network namespace.
            ? lines.Where(line => line.StartsWith("nameserver", StringComparison.Ordinal) && !IsLoopback(line))
            : spec.DnsServers.Select(server => IPAddress.TryParse(server, out var address)
                ? $"nameserver {address}"
                : throw new ContainerException(ContainerFault.Invalid, $"DNS server '{server}' is not an address"));
        return string.Concat(others.Concat(servers).Select(line => line + "\n"));
    }

    private static string[] Line(string key, ImmutableArray<string> values)
    {
        if (values.Any(value => value.Length == 0 || value.Any(char.IsWhiteSpace)))
            throw new ContainerException(ContainerFault.Invalid, $"DNS {key} '{string.Join(' ', values)}' has blanks");
        return values.IsEmpty ? [] : [$"{key} {string.Join(' ', values)}"];
    }

    private static bool IsSearch(string line) => line.StartsWith("search", StringComparison.Ordinal)
        || line.StartsWith("domain", StringComparison.Ordinal);

    /// <summary>The host's resolv.conf, or the one behind it when it only names a resolver at its loopback.</summary>
    public static string ReadHostResolver()
    {
        const string ordinary = "/etc/resolv.conf";
        const string behindStub = "/run/systemd/resolve/resolv.conf";
        var text = File.Exists(ordinary) ? File.ReadAllText(ordinary) : "";
        var servers = text.Split('\n').Where(line => line.StartsWith("nameserver", StringComparison.Ordinal));
        return servers.All(IsLoopback) && File.Exists(behindStub) ? File.ReadAllText(behindStub) : text;
    }

    private static bool IsLoopback(string line) =>
        line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [_, var server, ..]
        && IPAddress.TryParse(server, out var address) && IPAddress.IsLoopback(address);
}
