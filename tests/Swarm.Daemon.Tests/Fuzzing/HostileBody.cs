using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;

namespace Swarm.Daemon.Tests.Fuzzing;

/// <summary>Bodies that begin as good ones, and are changed.</summary>
internal static class HostileBody
{
    private const string Create = """
        {
          "Image": "box", "Cmd": ["true"], "Env": ["A=1"], "Labels": {"fuzz": "1"}, "ExposedPorts": {"80/tcp": {}},
          "Volumes": {"/v": {}}, "Healthcheck": {"Test": ["CMD", "true"], "Interval": 1000000000}, "StopSignal": "TERM",
          "StopTimeout": 1, "User": "0",
          "HostConfig": {
            "Binds": ["fuzzvol:/b:ro"], "Tmpfs": {"/u": "size=1m"}, "Memory": 67108864, "NanoCpus": 100000000,
            "Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 1024}}],
            "PortBindings": {"80/tcp": [{"HostPort": ""}]}, "RestartPolicy": {"Name": "no"}, "CapAdd": ["CHOWN"],
            "Ulimits": [{"Name": "nofile", "Soft": 10, "Hard": 20}], "NetworkMode": "bridge", "Dns": ["1.2.3.4"],
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}, "ExtraHosts": ["a:1.2.3.4"],
            "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "r"}],
            "Sysctls": {"net.core.somaxconn": "9"}, "SecurityOpt": ["no-new-privileges"], "ShmSize": 65536
          },
          "NetworkingConfig": {"EndpointsConfig": {"bridge": {"Aliases": null, "IPAMConfig": {}}}}
        }
        """;

    private const string Mark = "@";

    private static readonly (string Path, string Body)[] Good =
    [
        ("/containers/create", Create),
        ("/containers/{id}/update", """{"Memory":67108864,"RestartPolicy":{"Name":"no"},"PidsLimit":9}"""),
        ("/containers/{id}/exec", """{"Cmd":["true"],"AttachStdout":true,"Env":["A=1"],"User":"0"}"""),
        ("/exec/{id}/start", """{"Detach":true,"Tty":false,"ConsoleSize":[10,20]}"""),
        ("/networks/create", """{"Name":"fuzznet","IPAM":{"Config":[{"Subnet":"10.201.0.0/24"}]}}"""),
        ("/networks/{id}/connect", """{"Container":"fuzzed","EndpointConfig":{"IPAMConfig":{"IPv4Address":"1"}}}"""),
        ("/networks/{id}/disconnect", """{"Container":"fuzzed","Force":true}"""),
        ("/volumes/create", """{"Name":"fuzzvol","DriverOpts":{"type":"tmpfs"},"Labels":{"a":"b"}}"""),
        ("/commit", """{"Cmd":["true"],"Env":["A=1"]}"""),
    ];

    private static readonly string[] Odd =
    [
        "null", "true", "-1", "0", "1e400", "9223372036854775807", "-9223372036854775808", "1.5", "\"\"", "\"\\u0000\"",
        "\"x\"", "[]", "{}", "[null]", "[[]]", "{\"\":null}", "\"\\ud800\"", "[1,\"a\",{}]", "\"../../etc\"", "\"\\n\"",
    ];

    public static byte[] Draw(ApiEndpoint endpoint, Random random)
    {
        if (endpoint.Method is "GET" or "HEAD" or "DELETE") return [];
        var good = Good.FirstOrDefault(one => one.Path == endpoint.Path).Body;
        if (good is null) return random.Next(3) == 0 ? [] : Archive(random);
        return random.Next(6) switch
        {
            0 => Encoding.UTF8.GetBytes(good),
            1 => Damaged(Encoding.UTF8.GetBytes(good), random),
            2 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", random.Next(1, 3000)))),
            _ => Encoding.UTF8.GetBytes(Changed(good, random)),
        };
    }

    /// <summary>Values in it are others, of other kinds.</summary>
    private static string Changed(string good, Random random)
    {
        var body = JsonNode.Parse(good)!;
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var places = PlacesIn(body).ToList();
            if (places.Count > 0) places[random.Next(places.Count)](Mark);
        }

        // As text: some of them no writer would write.
        return string.Concat(body.ToJsonString().Split($"\"{Mark}\"").SelectMany(
            (piece, at) => at == 0 ? [piece] : (string[])[Odd[random.Next(Odd.Length)], piece]));
    }

    private static IEnumerable<Action<JsonNode?>> PlacesIn(JsonNode node)
    {
        if (node is JsonObject fields)
        {
            foreach (var (name, value) in fields.ToList())
            {
                yield return odd => fields[name] = odd;
                foreach (var inner in value is null ? [] : PlacesIn(value)) yield return inner;
            }
        }

        if (node is not JsonArray list) yield break;
        for (var at = 0; at < list.Count; at++)
        {
            var place = at;
            yield return odd => list[place] = odd;
            foreach (var inner in list[at] is { } item ? PlacesIn(item) : []) yield return inner;
        }
    }

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        for (var times = random.Next(1, 8); times > 0 && bytes.Length > 0; times--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(2) == 0 ? bytes : bytes[..random.Next(bytes.Length + 1)];
    }

    /// <summary>A small archive, whole or damaged, with names that lead elsewhere.</summary>
    private static byte[] Archive(Random random)
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            string[] names = ["Dockerfile", "../../escaped", "/tmp/escaped", "manifest.json", "index.json"];
            foreach (var name in names)
            {
                if (random.Next(2) == 0) continue;
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Odd[random.Next(Odd.Length)])),
                });
            }
        }

        return random.Next(2) == 0 ? bytes.ToArray() : Damaged(bytes.ToArray(), random);
    }
}
