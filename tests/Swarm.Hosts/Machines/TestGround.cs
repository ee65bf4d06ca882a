using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace Swarm.Hosts.Machines;

/// <summary>What one run of tests has on this machine: a folder, cgroups of a name of its own, and a subnet.</summary>
/// <remarks>
/// Namespaces and processes end with the process of the tests, however that ends. Folders and cgroups would stay: the
/// next run removes those of runs that have ended. Whether one has is told by a lock, since numbers of processes
/// mean nothing in other namespaces.
/// </remarks>
internal sealed class TestGround : IDisposable
{
    private const string Prefix = "swarmhosts-";
    private const string Hierarchies = "/sys/fs/cgroup";
    private static readonly string Grounds = Path.GetTempPath();
    private readonly FileStream _lock;

    private TestGround(string folder, FileStream held, byte[] subnet) =>
        (Folder, _lock, Subnet) = (folder, held, subnet);

    public string Folder { get; }

    /// <summary>Of cgroups; unique on this machine.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>The first three bytes of addresses; the fourth is the number of a machine.</summary>
    private byte[] Subnet { get; }

    /// <exception cref="NotSupportedException">This machine has cgroups of version 2 only, or none.</exception>
    public static TestGround Take()
    {
        if (Controllers().Count == 0)
            throw new NotSupportedException("hosts for tests are made of cgroups of version 1, which are not here");
        SweepEndedRuns();
        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101); // the database runs as another user
        var held = new FileStream($"{folder}/lock", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        return new TestGround(folder, held, FreeSubnet());
    }

    public string Address(int number) => new IPAddress([.. Subnet, (byte)number]).ToString();

    /// <summary>Makes a cgroup in every controller of version 1.</summary>
    /// <param name="cpuShares">Its weight among all that this machine does; 1024 is that of any one process.</param>
    public string MakeGroup(string name, int cpuShares)
    {
        var group = $"{Name}/{name}";
        foreach (var controller in Controllers())
        {
            foreach (var part in (string[])[Name, group])
            {
                var folder = $"{controller}/{part}";
                Directory.CreateDirectory(folder);
                if (Path.GetFileName(controller) == "cpuset") InheritProcessors(folder);
            }

            var shares = $"{controller}/{Name}/cpu.shares";
            if (!File.Exists(shares)) continue;
            File.WriteAllText(shares, (8 * cpuShares).ToString(CultureInfo.InvariantCulture));
            File.WriteAllText($"{controller}/{group}/cpu.shares", cpuShares.ToString(CultureInfo.InvariantCulture));
        }

        return group;
    }

    public void Dispose()
    {
        RemoveGroups(Name);
        _lock.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Removes cgroups of which nothing is left but their folders.</summary>
    public static void RemoveGroups(string group)
    {
        foreach (var controller in Controllers())
        {
            var folder = $"{controller}/{group}";
            if (!Directory.Exists(folder)) continue;
            var parts = Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories)
                .OrderByDescending(path => path.Length).Append(folder);
            foreach (var part in parts) RemoveGroup(part);
        }
    }

    private static void RemoveGroup(string folder)
    {
        // The kernel lets go of a group a moment after its last process has ended.
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Directory.Delete(folder);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (IOException) when (attempt < 500)
            {
                Thread.Sleep(10);
            }
        }
    }

    private static void SweepEndedRuns()
    {
        foreach (var folder in Directory.EnumerateDirectories(Grounds, Prefix + "*"))
        {
            try
            {
                using (new FileStream($"{folder}/lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                    RemoveGroups(Path.GetFileName(folder));
                    Directory.Delete(folder, recursive: true);
                }
            }
            catch (IOException)
            {
                // It goes on, or has not yet its lock.
            }
        }
    }

    private static void InheritProcessors(string folder)
    {
        foreach (var file in (string[])["cpuset.cpus", "cpuset.mems"])
        {
            if (File.ReadAllText($"{folder}/{file}").Trim().Length > 0) continue;
            File.WriteAllText($"{folder}/{file}", File.ReadAllText($"{Path.GetDirectoryName(folder)}/{file}"));
        }
    }

    /// <summary>Hierarchies of version 1. Where version 2 is alone, folders of that place are groups of it.</summary>
    private static List<string> Controllers() => File.Exists($"{Hierarchies}/cgroup.controllers") ? [] :
    [
        .. Directory.GetDirectories(Hierarchies)
            .Where(path => File.Exists($"{path}/cgroup.procs") && Path.GetFileName(path) != "unified"),
    ];

    private static byte[] FreeSubnet()
    {
        var taken = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Select(one => one.Address.GetAddressBytes())
            .Where(address => address.Length == 4 && address[0] == 10)
            .Select(address => (address[1], address[2]))
            .ToHashSet();
        while (true)
        {
            var (second, third) =
                ((byte)Random.Shared.Next(100, 250), (byte)Random.Shared.Next(0, 250));
            if (!taken.Contains((second, third))) return [10, second, third];
        }
    }
}
