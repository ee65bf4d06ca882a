using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Swarm.Core.Containers;
using Swarm.Linux.Files;
using Swarm.Runtime.Names;

namespace Swarm.Runtime.Bundles;

/// <summary>The container's own /etc/hosts, /etc/hostname and /etc/resolv.conf.</summary>
internal static class NameFiles
{
    /// <summary>Where the names of a container's networks are resolved, in its own namespace.</summary>
    public const string NetworkResolver = NameServer.Address;

    // Names of containers have no dot in them, and are asked for as they are, before any search domain.
    private const string AsTheyAre = "ndots:0";

    private const string HostGateway = "host-gateway";

    private const string OfEveryContainer =
        "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
        + "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

    private static readonly string[] Names = ["hosts", "hostname", "resolv.conf"];

    /// <summary>Where they are in every container.</summary>
    public static IEnumerable<string> Targets => Names.Select(TargetOf);

    /// <param name="owner">Whose they are; null means root's.</param>
    /// <returns>The mounts that put them over the image's, but for those that the container mounts itself.</returns>
    public static ImmutableArray<BundleMount> Write(
        string folder, ContainerPlan plan, NamesInput input, (uint User, uint Group)? owner)
    {
        string[] texts = [Hosts(plan, input), plan.Hostname + "\n", Resolver(plan.Spec, input)];
        foreach (var (name, text) in Names.Zip(texts))
        {
            var path = Path.Join(folder, name);
            File.WriteAllText(path, text);
            File.SetUnixFileMode(
                path,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            if (owner is var (user, group)) FileOwner.Set(path, user, group);
        }

        return MountsOf(folder, plan);
    }

    /// <summary>The mounts of files that are there already, be they those of another container.</summary>
    public static ImmutableArray<BundleMount> MountsOf(string folder, ContainerPlan plan) =>
    [
        .. from name in Names
           let target = TargetOf(name)
           where !plan.MountTargets.Contains(target)
           let path = Path.Join(folder, name)
           where File.Exists(path)
           select new BundleMount("bind", path, target, ["bind", "rprivate", plan.Spec.ReadOnlyRoot ? "ro" : "rw"]),
    ];

    /// <summary>Whether a container in these networks asks its name server.</summary>
    public static bool AsksNameServer(ImmutableArray<NetworkEndpoint> endpoints, string defaultNetwork) =>
        endpoints.Any(endpoint => endpoint.Network != defaultNetwork);

    private static string TargetOf(string name) => "/etc/" + name;

    internal static string Hosts(ContainerPlan plan, NamesInput input)
    {
        var text = new StringBuilder();
        if (plan.Spec.NetworkMode == NetworkMode.Host && input.HostNames.Length > 0)
            text.Append(input.HostNames.TrimEnd('\n')).Append('\n');
        else text.Append(OfEveryContainer);
        foreach (var extra in plan.Spec.ExtraHosts) text.Append(ExtraHost(extra, input));
        var names = string.Join(' ', plan.HostNames);
        foreach (var endpoint in input.Endpoints)
            text.Append(CultureInfo.InvariantCulture, $"{endpoint.Address}\t{names}\n");
        foreach (var link in input.Links)
            text.Append(CultureInfo.InvariantCulture, $"{link.Address}\t{string.Join(' ', link.HostNames)}\n");
        return text.ToString();
    }

    private static string ExtraHost(string extra, NamesInput input)
    {
        var separator = extra.IndexOfAny([':', '=']);
        var address = separator > 0 ? extra[(separator + 1)..] : "";
        if (address == HostGateway) address = input.HostAddress;
        return IPAddress.TryParse(address.Trim('[', ']'), out var parsed)
            ? $"{parsed}\t{extra[..separator]}\n"
            : throw new ContainerException(ContainerFault.Invalid, $"extra host '{extra}' is not as NAME:ADDRESS");
    }

    internal static string Resolver(ContainerSpec spec, NamesInput input)
    {
        var hostResolver = input.HostResolver;
        var lines = hostResolver.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var isOwn = !spec.DnsServers.IsEmpty || !spec.DnsSearch.IsEmpty || !spec.DnsOptions.IsEmpty;
        if (!isOwn && spec.NetworkMode == NetworkMode.Host) return hostResolver;

        var others = lines
            .Where(line => !line.StartsWith("nameserver", StringComparison.Ordinal)
                && (spec.DnsSearch.IsEmpty || !IsSearch(line))
                && (spec.DnsOptions.IsEmpty || !line.StartsWith("options", StringComparison.Ordinal)))
            .Concat(Line("search", [.. spec.DnsSearch.Where(domain => domain != ".")]))
            .Concat(Line("options", spec.DnsOptions));
        if (input.ResolvesNames) return string.Concat(AskingFirst(others).Select(line => line + "\n"));
        var servers = spec.DnsServers.IsEmpty
            ? spec.NetworkMode == NetworkMode.Host ? lines.Where(line => AddressIn(line) is not null)
                : lines.Where(IsReachable).DefaultIfEmpty(input.IsAttached ? "nameserver " + NetworkResolver : "")
            : spec.DnsServers.Select(server => IPAddress.TryParse(server, out var address)
                ? $"nameserver {address}"
                : throw new ContainerException(ContainerFault.Invalid, $"DNS server '{server}' is not an address"));
        return string.Concat(
            servers.Concat(others).Where(line => line.Length > 0).Select(line => line + "\n"));
    }

    private static IEnumerable<string> AskingFirst(IEnumerable<string> others)
    {
        yield return "nameserver " + NetworkResolver;
        // Of two lines with options the last one alone counts.
        var options = new List<string>();
        foreach (var line in others)
        {
            if (line.StartsWith("options", StringComparison.Ordinal))
                options.AddRange(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1..]);
            else yield return line;
        }

        if (!options.Any(option => option.StartsWith("ndots:", StringComparison.Ordinal))) options.Add(AsTheyAre);
        yield return "options " + string.Join(' ', options);
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

    /// <summary>Whether nobody whom the host asks can be asked by a container itself.</summary>
    public static bool LacksServers(string hostResolver) => !hostResolver.Split('\n').Any(IsReachable);

    /// <summary>Whether a container was led to its name server; false where that cannot be told.</summary>
    public static bool LeadsToNameServer(string folder)
    {
        try
        {
            return File.ReadLines(Path.Join(folder, "resolv.conf"))
                .Any(line => AddressIn(line) is { } server && server.ToString() == NetworkResolver);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The host's /etc/hosts; empty where there is none.</summary>
    public static string ReadHostNames()
    {
        const string ordinary = "/etc/hosts";
        return File.Exists(ordinary) ? File.ReadAllText(ordinary) : "";
    }

    /// <summary>Whether a line names a server that a container reaches: not one at the host's own loopback, which is
    /// another in the container's namespace, nor one at an address of version 6, of which it has none.</summary>
    private static bool IsReachable(string line) =>
        AddressIn(line) is { AddressFamily: AddressFamily.InterNetwork } server && !IPAddress.IsLoopback(server);

    private static bool IsLoopback(string line) => AddressIn(line) is { } server && IPAddress.IsLoopback(server);

    /// <summary>The server that a line names; null where it names none.</summary>
    private static IPAddress? AddressIn(string line) =>
        line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries) is ["nameserver", var server, ..]
        && IPAddress.TryParse(server, out var address) ? address : null;
}

/// <summary>What a container's names are written from, beside its plan.</summary>
internal sealed record NamesInput(
    ImmutableArray<NetworkEndpoint> Endpoints, ImmutableArray<LinkedContainer> Links, string HostResolver)
{
    /// <summary>Whether a resolver of its networks answers in its namespace.</summary>
    public bool ResolvesNames { get; init; }

    /// <summary>Whether its namespace is one in which its name server answers where it has nobody else to
    /// ask.</summary>
    public bool IsAttached { get; init; }

    /// <summary>The host's /etc/hosts.</summary>
    public string HostNames { get; init; } = "";

    /// <summary>The host's own address in the default network; empty where there is no such network.</summary>
    public string DefaultGateway { get; init; } = "";

    /// <summary>At which the container finds the host, or would if its networks led there.</summary>
    public string HostAddress =>
        Endpoints.Select(endpoint => endpoint.Gateway).Append(DefaultGateway).Append("127.0.0.1")
            .First(address => address.Length > 0);
}
