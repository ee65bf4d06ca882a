using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>What Docker would have been asked of the host for a container that was made for a task.</summary>
internal static class SpecHostSide
{
    public static void Add(JsonObject host, ContainerSpec spec)
    {
        host["Init"] = spec.Init ? true : null;
        host["GroupAdd"] = SpecWords.Words(spec.Groups);
        host["OomScoreAdj"] = spec.OutOfMemoryScore;
        host["OomKillDisable"] = spec.Cgroup.WaitsForMemory;
        host["DnsSearch"] = SpecWords.Words(spec.DnsSearch);
        host["DnsOptions"] = SpecWords.Words(spec.DnsOptions);
        (host["PidMode"], host["IpcMode"], host["UTSMode"]) = (spec.Shared.Pid, spec.Shared.Ipc, spec.Shared.Uts);
        host["UsernsMode"] = spec.Shared.User;
        host["CgroupParent"] = spec.Cgroup.Parent;
        host["CgroupnsMode"] = spec.Cgroup.IsHostSeen ? "host" : "";
        host["DeviceCgroupRules"] = SpecWords.Words(spec.Cgroup.DeviceRules);
        host["MemoryReservation"] = spec.Limits.MemoryReservation.Value;
        host["MemorySwappiness"] = spec.Limits.Swappiness;
        host["BlkioWeight"] = spec.Limits.BlockWeight;
        host["BlkioWeightDevice"] = new JsonArray([.. spec.DeviceWeights.Select(one => new JsonObject
        {
            ["Path"] = one.Path, ["Weight"] = one.Weight,
        })]);
        host["SecurityOpt"] = SpecWords.Words(Security(spec));
        host["Ulimits"] = new JsonArray([.. spec.Ulimits.Select(limit => new JsonObject
        {
            ["Name"] = limit.Name, ["Soft"] = limit.Soft, ["Hard"] = limit.Hard,
        })]);
        host["Devices"] = new JsonArray([.. spec.Devices.Select(device => new JsonObject
        {
            ["PathOnHost"] = device.Source,
            ["PathInContainer"] = device.Target.Length > 0 ? device.Target : device.Source,
            ["CgroupPermissions"] = device.Access.Length > 0 ? device.Access : "rwm",
        })]);
        if (spec.WritableMax.Value > 0)
            host["StorageOpt"] = new JsonObject { ["size"] = SizeText.Of(spec.WritableMax) };
        if (!spec.Sysctls.IsEmpty) host["Sysctls"] = Object(spec.Sysctls);
        if (!spec.Annotations.IsEmpty) host["Annotations"] = Object(spec.Annotations);
        if (spec.Log is { } log) host["LogConfig"] = Log(log);
    }

    private static JsonObject Log(LogSettings log)
    {
        var options = Object(log.Details);
        if (log.MaxBytes.Value > 0) options["max-size"] = Text(log.MaxBytes.Value);
        if (log.Files > 0) options["max-file"] = Text(log.Files);
        return new JsonObject { ["Type"] = log.Driver, ["Config"] = options };
    }

    private static IEnumerable<string> Security(ContainerSpec spec)
    {
        if (spec.NoNewPrivileges) yield return "no-new-privileges";
        if (spec.Seccomp is { } seccomp) yield return "seccomp=" + seccomp;
        if (spec.AppArmor.Length > 0) yield return "apparmor=" + spec.AppArmor;
    }

    private static JsonObject Object(IEnumerable<KeyValuePair<string, string>> texts) =>
        new(texts.Select(text => KeyValuePair.Create(text.Key, (JsonNode?)text.Value)));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
