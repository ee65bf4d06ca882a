using System.Globalization;
using System.Text;

namespace Swarm.Daemon.Tests.Fuzzing;

/// <summary>A request as nobody means it, drawn from a seed.</summary>
/// <param name="Bytes">All that is sent.</param>
/// <param name="IsWhole">Whether it is a request that HTTP knows: then it has an answer.</param>
internal sealed record HostileRequest(byte[] Bytes, bool IsWhole)
{
    private static readonly string[] Ids =
    [
        "fuzzed", "fuzzed", "no-such", "", "%00", "..%2f..%2fetc", "%ff%fe", "a%20b", "{id}", new string('x', 3000),
        new string('a', 64), "%E2%80%AE", "fuzzed%0d%0aX:%20y", "sha256:" + new string('0', 64), "127.0.0.1:1/x:y",
    ];

    private static readonly string[] Values =
    [
        "", "0", "1", "-1", "true", "99999999999999999999", "1e309", "NaN", "fuzzed", "/tmp", "/", "../..", "%00",
        "{}", "[]", "{\"label\":[null]}", "{\"label\":{\"a\":1}}", "{\"label\":\"a\"}", "{\"until\":[\"1e99h\"]}",
        "{\"name\":[\"((((\"]}", "{\"name\":[\"" + new string('(', 500) + "\"]}", "nonsense", "9223372036854775807",
        "1.5.5", "-9999999999999", "ctrl-,a", "removed", "KILL", "'", "\u202e", new string('9', 400), "127.0.0.1:1/x",
        "CMD [", "{\"a\":", "\"", "NONSENSE x", "0001-01-01T00:00:00Z", "10000-01-01", "[[[[[[[[",
    ];

    private static readonly string[] Versions = ["/v1.24", "/v1.41", "/v1.50", "/v1.99", "/v9999999999.1", "/"];

    private static readonly string[] Queries = ["&&&", "=", "%", "a=%zz", "filters=%7b", new string('q', 3000)];

    private static readonly string[] Headers =
    [
        "Upgrade: tcp\r\nConnection: Upgrade", "Upgrade: websocket\r\nConnection: Upgrade", "Expect: 100-continue",
        "X-Registry-Auth: ????", "X-Registry-Auth: e30=", "X-Registry-Auth: bnVsbA==", "X-Registry-Config: W10=",
        "X-Registry-Config: " + new string('A', 4000), "Content-Type: text/plain", "Content-Encoding: gzip",
        "Accept: */*;q=zzz", "Range: bytes=9-1", "X-Odd: \u00ff", "Cookie: " + new string('c', 2000), "Host: [::",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade",
    ];

    public static HostileRequest Draw(Random random)
    {
        var endpoint = random.Next(20) == 0
            ? ApiIndex.NotServed[random.Next(ApiIndex.NotServed.Length)]
            : ApiIndex.Served[random.Next(ApiIndex.Served.Length)];
        var path = endpoint.Path.Replace("{id}", One(random, Ids), StringComparison.Ordinal)
            .Replace("{name}", One(random, Ids), StringComparison.Ordinal);
        if (random.Next(2) == 0) path = One(random, Versions) + path;
        var head = new StringBuilder($"{endpoint.Method} {path}{QueryOf(endpoint, random)} HTTP/1.1\r\n")
            .Append("Connection: close\r\n");
        var extra = Enumerable.Range(0, random.Next(3)).Select(_ => One(random, Headers)).Distinct().ToList();
        if (!extra.Any(line => line.StartsWith("Host", StringComparison.Ordinal))) head.Append("Host: x\r\n");
        foreach (var line in extra) head.Append(line).Append("\r\n");
        return Framed(head, HostileBody.Draw(endpoint, random), random);
    }

    private static HostileRequest Framed(StringBuilder head, byte[] body, Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                var more = body.Length + random.Next(1, 1000);
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {more}\r\n\r\n");
                return new HostileRequest([.. Encoding.Latin1.GetBytes(head.ToString()), .. body], IsWhole: false);
            case 1:
                head.Append("Transfer-Encoding: chunked\r\n\r\n");
                var size = One(random, ["zz", "-1", "FFFFFFFFFFFFFFFF", "7fffffff", ";;", ""]);
                return new HostileRequest(
                    [.. Encoding.Latin1.GetBytes($"{head}{size}\r\n"), .. body], IsWhole: false);
            case 2 or 3:
                head.Append("Transfer-Encoding: chunked\r\n\r\n");
                return new HostileRequest(
                    [.. Encoding.Latin1.GetBytes(head.ToString()), .. Chunks(body, random)], IsWhole: true);
            default:
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
                return new HostileRequest([.. Encoding.Latin1.GetBytes(head.ToString()), .. body], IsWhole: true);
        }
    }

    private static byte[] Chunks(byte[] body, Random random)
    {
        var chunked = new List<byte>();
        for (var at = 0; at < body.Length;)
        {
            var count = Math.Min(body.Length - at, random.Next(1, 5000));
            chunked.AddRange(Encoding.ASCII.GetBytes($"{count:x};x=y\r\n"));
            chunked.AddRange(body.AsSpan(at, count));
            chunked.AddRange("\r\n"u8);
            at += count;
        }

        chunked.AddRange("0\r\nTrailer: x\r\n\r\n"u8);
        return [.. chunked];
    }

    private static string QueryOf(ApiEndpoint endpoint, Random random)
    {
        var words = endpoint.Query.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var chosen = words.Where(_ => random.Next(2) == 0)
            .Select(word => $"{word}={Uri.EscapeDataString(One(random, Values))}").ToList();
        if (random.Next(10) == 0) chosen.Add(One(random, Queries));
        return chosen.Count == 0 ? "" : "?" + string.Join('&', chosen);
    }

    private static string One(Random random, string[] all) => all[random.Next(all.Length)];
}
