using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Core.Containers;
using Swarm.Linux.Users;

namespace Swarm.Runtime.Bundles;

/// <summary>The <c>linux</c> object of a config.json: namespaces, limits, and what of the kernel is hidden.</summary>
/// <remarks>https://github.com/opencontainers/runtime-spec/blob/v1.0.2/config-linux.md</remarks>
internal static class LinuxSection
{
    public static void Write(Utf8JsonWriter json, BundleInput input)
    {
        var spec = input.Plan.Spec;
        json.WriteStartObject("linux");
        json.WriteString("cgroupsPath", input.CgroupPath);
        if (PropagationOf(input) is { } propagation) json.WriteString("rootfsPropagation", propagation);
        WriteNamespaces(json, input);
        if (input.Users is { } users)
        {
            WriteMap(json, "uidMappings", users.Users);
            WriteMap(json, "gidMappings", users.Groups);
        }

        json.WriteStartObject("sysctl");
        foreach (var (name, value) in Sysctls.Of(spec, input.Users)) json.WriteString(name, value);
        json.WriteEndObject();
        WriteDevices(json, input);
        json.WriteStartObject("resources");
        WriteDeviceRules(json, spec.Privileged, input);
        LimitSection.Write(json, spec.Limits, input.Kernel, input.Throttles, spec.Cgroup.WaitsForMemory);
        json.WriteEndObject();
        BundleWriter.WriteStrings(
            json, "maskedPaths", spec.Privileged ? [] : spec.MaskedPaths ?? HiddenPaths.Masked);
        BundleWriter.WriteStrings(
            json, "readonlyPaths", spec.Privileged ? [] : spec.ReadOnlyPaths ?? HiddenPaths.ReadOnly);
        if (input.Seccomp.Profile is { } profile)
        {
            json.WritePropertyName("seccomp");
            json.WriteRawValue(profile.Span);
        }

        json.WriteEndObject();
    }

    /// <summary>All that is mounted is private to the container, unless a mount of it shall see others come.</summary>
    /// <returns>Null: private.</returns>
    private static string? PropagationOf(BundleInput input)
    {
        var options = input.Mounts.SelectMany(mount => mount.Options).ToHashSet(StringComparer.Ordinal);
        return options.Overlaps(["rshared", "shared"]) ? "shared"
            : options.Overlaps(["rslave", "slave"]) ? "rslave"
            : null;
    }

    private static void WriteNamespaces(Utf8JsonWriter json, BundleInput input)
    {
        json.WriteStartArray("namespaces");
        foreach (var kind in (string[])["pid", "mount", "uts", "ipc", "cgroup", "network"])
        {
            if (input.Shared.TryGetValue(kind, out var path))
            {
                if (path is not null) WriteNamespace(json, kind, path);
            }
            else if (kind != "network" || input.Plan.Spec.NetworkMode != NetworkMode.Host)
            {
                WriteNamespace(json, kind, kind == "network" ? input.NetworkNamespacePath : null);
            }
        }

        if (input.UserNamespacePath is { } users) WriteNamespace(json, "user", users);
        json.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter json, string name, ImmutableArray<IdRange> ranges)
    {
        json.WriteStartArray(name);
        foreach (var range in ranges)
        {
            json.WriteStartObject();
            json.WriteNumber("containerID", range.Inside);
            json.WriteNumber("hostID", range.Outside);
            json.WriteNumber("size", range.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNamespace(Utf8JsonWriter json, string kind, string? path)
    {
        json.WriteStartObject();
        json.WriteString("type", kind);
        if (path is not null) json.WriteString("path", path);
        json.WriteEndObject();
    }

    private static void WriteDevices(Utf8JsonWriter json, BundleInput input)
    {
        json.WriteStartArray("devices");
        foreach (var device in input.Devices)
        {
            json.WriteStartObject();
            json.WriteString("path", device.Path);
            json.WriteString("type", device.Kind.ToString());
            json.WriteNumber("major", device.Major);
            json.WriteNumber("minor", device.Minor);
            json.WriteNumber("fileMode", device.Mode);
            // Where users are mapped, the host's own node is shown, and nobody of the container may own it.
            json.WriteNumber("uid", input.Users is null ? device.UserId : 0);
            json.WriteNumber("gid", input.Users is null ? device.GroupId : 0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <remarks>
    /// Making any device node is harmless where using it is not allowed; crun allows the ordinary ones itself.
    /// </remarks>
    private static void WriteDeviceRules(
        Utf8JsonWriter json, bool privileged, BundleInput input)
    {
        json.WriteStartArray("devices");
        WriteRule(json, privileged, new DeviceRule('a', null, null, "rwm"));
        if (!privileged)
        {
            WriteRule(json, true, new DeviceRule('c', null, null, "m"));
            WriteRule(json, true, new DeviceRule('b', null, null, "m"));
            foreach (var device in input.Devices.Where(device => device.Access is not null))
                WriteRule(json, true, new DeviceRule(device.Kind, device.Major, device.Minor, device.Access!));
            foreach (var rule in input.DeviceRules) WriteRule(json, true, rule);
        }

        json.WriteEndArray();
    }

    private static void WriteRule(Utf8JsonWriter json, bool allow, DeviceRule rule)
    {
        json.WriteStartObject();
        json.WriteBoolean("allow", allow);
        if (rule.Kind != 'a') json.WriteString("type", rule.Kind.ToString());
        if (rule.Major is { } major) json.WriteNumber("major", major);
        if (rule.Minor is { } minor) json.WriteNumber("minor", minor);
        json.WriteString("access", rule.Access);
        json.WriteEndObject();
    }
}
