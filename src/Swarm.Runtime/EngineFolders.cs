using System.Collections.Concurrent;
using Swarm.Core;

namespace Swarm.Runtime;

/// <summary>The places of one engine. Drawn in docs/containers.md.</summary>
internal sealed class EngineFolders(EngineOptions options)
{
    private readonly ConcurrentDictionary<ContainerId, string> _parents = new();

    /// <summary>Enough of an id to be unique, and short for the sake of socket paths.</summary>
    private const int BundleNameLength = 24;

    public string State { get; } = Path.Join(options.RunRoot, "state");

    /// <summary>Whether nobody but root may come to volumes: users that are mapped own files there that belong to root
    /// on the disk.</summary>
    public bool HidesVolumes => options.Users is not null;

    public string LockFile => Path.Join(State, "engine.lock");

    public string Bundles => Path.Join(State, "c");

    public string RuntimeRoot => Path.Join(State, "crun");

    /// <summary>One folder for each exec that is being started.</summary>
    public string Execs => Path.Join(State, "x");

    public string Exits => Path.Join(State, "exits");

    /// <summary>What the process that ends containers without a lease looks at.</summary>
    public string Leases => Path.Join(State, "leases");

    /// <summary>Folders of volumes, and roots, while containers are made of them. Who knows a name passes.</summary>
    public string Subpaths => Path.Join(State, "sub");

    /// <summary>What is known of containers that do not outlive a restart of the host.</summary>
    public string PassingRecords => Path.Join(State, "records");

    public string Filters => Path.Join(State, "seccomp");

    public string Containers { get; } = Path.Join(options.DataRoot, "containers");

    public string Volumes { get; } = Path.Join(options.DataRoot, "volumes");

    public string Bundle(ContainerId id) => Path.Join(Bundles, BundleName(id));

    public string Exec(string exec) => Path.Join(Execs, exec[..BundleNameLength]);

    public string AttachSocket(ContainerId id) => Path.Join(Bundle(id), "attach");

    public string ExitFile(ContainerId id) => Path.Join(Exits, id.Value);

    public string RuntimeState(ContainerId id) => Path.Join(RuntimeRoot, id.Value);

    public string Container(ContainerId id) => Path.Join(Containers, id.Value);

    public string Logs(ContainerId id) => Path.Join(Container(id), "log");

    public string Cgroup(ContainerId id) =>
        _parents.GetValueOrDefault(id, options.CgroupParent).TrimEnd('/') + "/" + id.Value;

    /// <summary>Its cgroup is in another one than those of the others, if it says so.</summary>
    public void Place(ContainerDefinition definition)
    {
        if (definition.Spec.Cgroup.Parent is { Length: > 0 } parent) _parents[definition.Id] = parent;
    }

    public void Forget(ContainerId id) => _parents.TryRemove(id, out _);

    public static string BundleName(ContainerId id) =>
        id.Value.Length <= BundleNameLength ? id.Value : id.Value[..BundleNameLength];

    public void Make()
    {
        foreach (var folder in (string[])
            [State, Bundles, RuntimeRoot, Execs, Exits, Leases, Filters, Subpaths, PassingRecords, Containers, Volumes])
        {
            Directory.CreateDirectory(folder);
        }

        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var folder in (string[])
            [Bundles, RuntimeRoot, Execs, Exits, Leases, Filters, PassingRecords, Containers])
        {
            File.SetUnixFileMode(folder, own);
        }

        File.SetUnixFileMode(
            Subpaths, own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }
}
