using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Core.Builds;

/// <summary>Ports as <c>EXPOSE</c> names them.</summary>
public static class ExposedPorts
{
    /// <summary>Reads <c>80</c>, <c>53/udp</c>, <c>8000-8010/tcp</c>; of <c>8080:80</c> the port of the container, as
    /// Docker does: an image publishes none.</summary>
    /// <returns>Each as <c>80/tcp</c>.</returns>
    /// <exception cref="DockerfileException">It is no port.</exception>
    public static ImmutableArray<string> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (range, protocol) = slash < 0 ? (text, "tcp") : (text[..slash], text[(slash + 1)..].ToLowerInvariant());
        if (protocol is not ("tcp" or "udp" or "sctp")) throw new DockerfileException($"Invalid proto: {protocol}");
        range = range[(range.LastIndexOf(':') + 1)..];
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        var (first, last) = dash < 0 ? (range, range) : (range[..dash], range[(dash + 1)..]);
        if (Port(first) is not { } from || Port(last) is not { } to || from > to)
            throw new DockerfileException($"Invalid containerPort: {range}");
        return
        [
            .. Enumerable.Range(from, to - from + 1)
                .Select(port => string.Create(CultureInfo.InvariantCulture, $"{port}/{protocol}")),
        ];
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : null;
}
