using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Swarm.Runtime.Bundles;

/// <summary>Writes the config.json that crun makes a container of.</summary>
/// <remarks>https://github.com/opencontainers/runtime-spec/blob/v1.0.2/config.md</remarks>
internal static class BundleWriter
{
    private const string Name = "config.json";

    /// <summary>Whether one was written there, now or for an earlier run.</summary>
    public static bool IsIn(string bundle) => File.Exists(Path.Join(bundle, Name));

    /// <remarks>Others may read what was written for the run before meanwhile: they see that, or this.</remarks>
    public static void Write(string folder, BundleInput input)
    {
        var path = Path.Join(folder, Name);
        using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write)) Write(file, input);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static void Write(Stream file, BundleInput input)
    {
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        json.WriteString("ociVersion", "1.0.2");
        ProcessSection.Write(json, input);
        json.WriteStartObject("root");
        json.WriteString("path", input.RootPath);
        json.WriteBoolean("readonly", input.Plan.Spec.ReadOnlyRoot);
        json.WriteEndObject();
        // Without a namespace of its own for it, it would be the host that is renamed.
        if (!input.Shared.ContainsKey("uts")) json.WriteString("hostname", input.Plan.Hostname);
        if (input.Users is not null && input.Plan.Spec.Domainname is { Length: > 0 } domain)
            json.WriteString("domainname", domain);
        WriteMounts(json, input);
        LinuxSection.Write(json, input);
        json.WriteStartObject("annotations");
        foreach (var (name, value) in input.Plan.Spec.Annotations) json.WriteString(name, value);
        if (input.Seccomp.CompiledBase64 is { } filter) json.WriteString("run.oci.seccomp_bpf_data", filter);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    /// <remarks>Those of the host can be mounted anew by its own root only.</remarks>
    private static ImmutableArray<BundleMount> Queues(BundleInput input)
    {
        const string target = "/dev/mqueue";
        ImmutableArray<string> options = ["nosuid", "noexec", "nodev"];
        if (input.Users is null || input.Plan.Spec.Shared.Ipc != "host")
            return [new BundleMount("mqueue", "mqueue", target, options)];
        return Directory.Exists(target)
            ? [new BundleMount("bind", target, target, ["bind", "rprivate", .. options])]
            : [];
    }

    private static void WriteMounts(Utf8JsonWriter json, BundleInput input)
    {
        var spec = input.Plan.Spec;
        var shmBytes = spec.ShmSize.Value > 0 ? spec.ShmSize.Value : 64 * 1024 * 1024;
        var access = spec.Privileged ? "rw" : "ro";
        ImmutableArray<BundleMount> kernel =
        [
            new("proc", "proc", "/proc", ["nosuid", "noexec", "nodev"]),
            new("tmpfs", "tmpfs", "/dev", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            new("devpts", "devpts", "/dev/pts",
                ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
            new("sysfs", "sysfs", "/sys", ["nosuid", "noexec", "nodev", access]),
            new("cgroup", "cgroup", "/sys/fs/cgroup", [access, "nosuid", "noexec", "nodev"]),
            .. Queues(input),
            new("tmpfs", "shm", "/dev/shm",
                ["nosuid", "noexec", "nodev", "mode=1777",
                    string.Create(CultureInfo.InvariantCulture, $"size={shmBytes}")]),
        ];
        var replaced = input.Mounts.Select(mount => mount.Target).ToHashSet(StringComparer.Ordinal);
        json.WriteStartArray("mounts");
        if (spec.Shared.Ipc == "none") replaced.Add("/dev/shm");
        // What lies deeper comes later, or it would be hidden: the names of a container with a volume at /etc.
        var own = input.Mounts.OrderBy(mount => mount.Target.Split('/', StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (var mount in kernel.Where(mount => !replaced.Contains(mount.Target)).Concat(own))
        {
            json.WriteStartObject();
            json.WriteString("destination", mount.Target);
            json.WriteString("type", mount.Kind);
            json.WriteString("source", mount.Source);
            WriteStrings(json, "options", OptionsOf(mount));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <remarks>crun takes what is read-only throughout for a folder; of a file there is nothing below.</remarks>
    private static ImmutableArray<string> OptionsOf(BundleMount mount) =>
        mount.Options.Contains(BundleMount.ReadOnlyThroughout) && !Directory.Exists(mount.Source)
            ? mount.Options.Remove(BundleMount.ReadOnlyThroughout)
            : mount.Options;
}
