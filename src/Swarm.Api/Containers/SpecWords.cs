using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>What Docker would have been asked for a container that was made for a task.</summary>
internal static class SpecWords
{
    public static JsonFields Of(ContainerSpec spec)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in spec.Labels) labels[name] = value;
        var words = new JsonObject
        {
            ["Image"] = spec.Image,
            ["Hostname"] = spec.Hostname,
            ["Domainname"] = spec.Domainname,
            ["ExposedPorts"] = spec.ExposedPorts.IsEmpty ? null : new JsonObject(
                spec.ExposedPorts.Select(port => KeyValuePair.Create(port, (JsonNode?)new JsonObject()))),
            ["User"] = spec.User,
            ["WorkingDir"] = spec.WorkingDirectory,
            ["Env"] = Words(spec.Environment),
            ["Entrypoint"] = spec.Entrypoint is { } entrypoint ? Words(entrypoint) : null,
            ["Cmd"] = spec.Command is { } command ? Words(command) : null,
            ["Labels"] = labels,
            ["Tty"] = spec.Tty,
            ["OpenStdin"] = spec.OpenStdin,
            ["StopSignal"] = spec.StopSignal,
            ["StopTimeout"] = (int)spec.StopGrace.TotalSeconds,
            ["HostConfig"] = Host(spec),
        };

        // Through text: a number that was put in as int cannot be read as long, as those of clients are.
        return JsonFields.Parse(Encoding.UTF8.GetBytes(words.ToJsonString()));
    }

    private static JsonObject Host(ContainerSpec spec)
    {
        var host = HostOf(spec);
        SpecHostSide.Add(host, spec);
        return host;
    }

    private static JsonObject HostOf(ContainerSpec spec) => new()
    {
        ["NetworkMode"] = NetworkOf(spec),
        ["Binds"] = Words([.. spec.Mounts.Where(mount => mount.Kind == MountKind.Bind || mount.Source.Length > 0)
            .Select(mount => $"{mount.Source}:{mount.Target}" + (mount.ReadOnly ? ":ro" : ""))]),
        ["PortBindings"] = Ports(spec),
        ["CapAdd"] = Words(spec.AddCapabilities),
        ["CapDrop"] = Words(spec.DropCapabilities),
        ["Dns"] = Words(spec.DnsServers),
        ["ExtraHosts"] = Words(spec.ExtraHosts),
        ["Privileged"] = spec.Privileged,
        ["ReadonlyRootfs"] = spec.ReadOnlyRoot,
        ["ShmSize"] = spec.ShmSize.Value,
        ["Memory"] = spec.Limits.Memory.Value,
        ["MemorySwap"] = spec.Limits.MemoryAndSwap.Value,
        ["NanoCpus"] = spec.Limits.Cpu.Value * 1_000_000,
        ["CpuShares"] = spec.Limits.CpuShares,
        ["CpusetCpus"] = spec.Limits.CpuSet,
        ["PidsLimit"] = spec.Limits.Pids,
    };

    public static string NetworkOf(ContainerSpec spec) => spec.NetworkMode switch
    {
        NetworkMode.Host => "host",
        NetworkMode.None when spec.Shared.Network.Length > 0 => spec.Shared.Network,
        NetworkMode.None => "none",
        _ when spec.Endpoints is [var one, ..] => one.Network,
        _ => spec.Networks is [var first, ..] ? first : "bridge",
    };

    private static JsonObject Ports(ContainerSpec spec)
    {
        var ports = new JsonObject();
        foreach (var port in spec.Ports.Where(port => port.Mode == PublishMode.Host))
        {
            ports[NameOf(port)] = new JsonArray(new JsonObject
            {
                ["HostIp"] = port.HostAddress,
                ["HostPort"] = port.HostPort == 0 ? "" : port.HostPort.ToString(CultureInfo.InvariantCulture),
            });
        }

        return ports;
    }

    /// <summary>As <c>80/tcp</c>.</summary>
    public static string NameOf(PublishedPort port) => string.Create(
        CultureInfo.InvariantCulture, $"{port.ContainerPort}/{(port.Protocol == PortProtocol.Tcp ? "tcp" : "udp")}");

    public static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => JsonValue.Create(word))]);
}
