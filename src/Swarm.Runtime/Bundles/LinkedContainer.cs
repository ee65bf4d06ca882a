using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Runtime.Bundles;

/// <summary>A container of the default network that another one knows by an alias.</summary>
/// <remarks>Pure. Docker's legacy links: what it offers is told to the other one in its environment.</remarks>
/// <param name="Owner">Name of the container that has the link.</param>
internal sealed record LinkedContainer(string Owner, string Alias, string Name, string Hostname, string Address)
{
    /// <summary>As <c>80/tcp</c>; what is no port is passed over.</summary>
    public ImmutableArray<string> Ports { get; init; } = [];

    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary>What stands beside its address in the other's /etc/hosts.</summary>
    public ImmutableArray<string> HostNames => [.. new[] { Alias, Hostname, Name }.Distinct()];

    /// <summary>As <c>DB_PORT_5432_TCP_ADDR=172.30.0.2</c>.</summary>
    public IEnumerable<string> Variables()
    {
        var prefix = Alias.Replace('-', '_').ToUpperInvariant();
        var ports = Ports.Select(Parse).OfType<Port>().Distinct()
            .OrderBy(port => port.Number).ThenBy(port => port.Protocol, StringComparer.Ordinal).ToArray();
        if (Default(ports) is { } first) yield return $"{prefix}_PORT={Url(first)}";
        foreach (var line in ports.SelectMany(port => OfPort(prefix, port))) yield return line;
        foreach (var line in Runs(ports).SelectMany(run => OfRun(prefix, run.First, run.Last))) yield return line;
        yield return $"{prefix}_NAME=/{Owner}/{Alias}";
        foreach (var variable in Environment)
        {
            var name = variable.Split('=', 2)[0];
            if (variable.Contains('=', StringComparison.Ordinal) && name is not ("HOME" or "PATH"))
                yield return $"{prefix}_ENV_{variable}";
        }
    }

    private IEnumerable<string> OfPort(string prefix, Port port)
    {
        var name = $"{prefix}_PORT_{port.Number}_{port.Protocol.ToUpperInvariant()}";
        return
        [
            $"{name}={Url(port)}", $"{name}_ADDR={Address}",
            $"{name}_PORT={port.Number}", $"{name}_PROTO={port.Protocol}",
        ];
    }

    /// <summary>Several ports one after another are told by their ends, too.</summary>
    private IEnumerable<string> OfRun(string prefix, Port first, Port last)
    {
        var name = $"{prefix}_PORT_{first.Number}_{first.Protocol.ToUpperInvariant()}";
        return
        [
            $"{name}_START={Url(first)}", $"{name}_PORT_START={first.Number}",
            $"{name}_END={Url(last)}", $"{name}_PORT_END={last.Number}",
        ];
    }

    private static IEnumerable<(Port First, Port Last)> Runs(IEnumerable<Port> ports)
    {
        foreach (var kind in ports.GroupBy(port => port.Protocol))
        {
            var run = new List<Port>();
            foreach (var port in kind)
            {
                if (run.Count > 0 && port.Number != run[^1].Number + 1)
                {
                    if (run.Count > 1) yield return (run[0], run[^1]);
                    run.Clear();
                }

                run.Add(port);
            }

            if (run.Count > 1) yield return (run[0], run[^1]);
        }
    }

    /// <summary>The lowest; TCP goes before.</summary>
    private static Port? Default(Port[] ports) =>
        ports.FirstOrDefault(port => port.Protocol == "tcp") ?? ports.FirstOrDefault();

    private string Url(Port port) => $"{port.Protocol}://{Address}:{port.Number}";

    private static Port? Parse(string text)
    {
        var parts = text.Split('/');
        var protocol = parts.Length == 1 ? "tcp" : parts[1];
        return protocol is "tcp" or "udp"
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= 65535
                ? new Port(number, protocol)
                : null;
    }

    private sealed record Port(int Number, string Protocol);
}
