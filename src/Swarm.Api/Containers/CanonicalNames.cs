using System.Text.Json.Nodes;
using Swarm.Api.Http;

namespace Swarm.Api.Containers;

/// <summary>The names, as Docker writes them, of what a container is asked for with: so it is kept and shown again,
/// whatever the capitals of whoever asked.</summary>
internal static class CanonicalNames
{
    /// <summary>Of the host only what has fields: the others are in <see cref="HostConfigDocument.Names"/>.</summary>
    private const string Written = """
        {
          "Hostname": null, "Domainname": null, "User": null, "AttachStdin": null, "AttachStdout": null,
          "AttachStderr": null, "ExposedPorts": null, "Tty": null, "OpenStdin": null, "StdinOnce": null, "Env": null,
          "Cmd": null, "ArgsEscaped": null, "Image": null, "Volumes": null, "WorkingDir": null, "Entrypoint": null,
          "NetworkDisabled": null, "MacAddress": null, "OnBuild": null, "Labels": null, "StopSignal": null,
          "StopTimeout": null, "Shell": null, "NetworkingConfig": null,
          "Healthcheck": {
            "Test": null, "Interval": null, "Timeout": null, "StartPeriod": null, "StartInterval": null,
            "Retries": null
          },
          "HostConfig": {
            "BlkioWeightDevice": [{ "Path": null, "Weight": null }],
            "BlkioDeviceReadBps": [{ "Path": null, "Rate": null }],
            "BlkioDeviceWriteBps": [{ "Path": null, "Rate": null }],
            "BlkioDeviceReadIOps": [{ "Path": null, "Rate": null }],
            "BlkioDeviceWriteIOps": [{ "Path": null, "Rate": null }],
            "Devices": [{ "PathOnHost": null, "PathInContainer": null, "CgroupPermissions": null }],
            "Ulimits": [{ "Name": null, "Hard": null, "Soft": null }],
            "Mounts": [{
              "Type": null, "Source": null, "Target": null, "ReadOnly": null, "Consistency": null,
              "BindOptions": {
                "Propagation": null, "NonRecursive": null, "CreateMountpoint": null, "ReadOnlyNonRecursive": null,
                "ReadOnlyForceRecursive": null
              },
              "VolumeOptions": {
                "NoCopy": null, "Labels": null, "Subpath": null, "DriverConfig": { "Name": null, "Options": null }
              },
              "ImageOptions": { "Subpath": null },
              "TmpfsOptions": { "SizeBytes": null, "Mode": null, "Options": null }
            }]
          }
        }
        """;

    private static readonly JsonObject Known = Read();

    /// <param name="config">The body of <c>POST /containers/create</c>.</param>
    public static void Give(JsonFields config) => Give(config.Node, Known);

    /// <param name="host">Its <c>HostConfig</c>.</param>
    public static void GiveHost(JsonFields host) => Give(host.Node, Known["HostConfig"]);

    private static void Give(JsonNode? asked, JsonNode? known)
    {
        switch (asked, known)
        {
            case (JsonArray list, JsonArray { Count: 1 } each):
                foreach (var item in list) Give(item, each[0]);
                break;
            case (JsonObject fields, JsonObject names):
                new JsonFields(fields).Rename(names.Select(name => name.Key));
                foreach (var (name, inner) in names) Give(fields[name], inner);
                break;
        }
    }

    private static JsonObject Read()
    {
        var known = (JsonObject)JsonNode.Parse(Written)!;
        var host = (JsonObject)known["HostConfig"]!;
        foreach (var name in HostConfigDocument.Names) host.TryAdd(name, null);
        return known;
    }
}
