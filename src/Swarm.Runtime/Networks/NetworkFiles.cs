using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Networks;

/// <summary>
/// What is known of the networks, on disk: a file for those that pass, one for each of the others, one for routes,
/// one for each container.
/// </summary>
/// <remarks>Each file is written aside, brought to the disk and renamed: it is the old one or the new one,
/// never half.</remarks>
/// <param name="folder">What a restart of the host ends.</param>
/// <param name="lasting">What it does not.</param>
internal sealed class NetworkFiles(string folder, string lasting)
{
    private const string Aside = ".tmp";
    private const string Broken = ".broken";

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
    };

    private readonly string _networks = Path.Combine(folder, "networks.json");
    private readonly string _ingress = Path.Combine(folder, "ingress.json");
    private readonly string _bridges = Path.Combine(folder, "bridges.json");
    private readonly string _containers = Path.Combine(folder, "containers");

    /// <exception cref="ContainerException">A file cannot be understood: named.</exception>
    internal NetworkLedger Load()
    {
        foreach (var one in (string[])[_containers, lasting])
        {
            Directory.CreateDirectory(one);
            foreach (var half in Directory.GetFiles(one, "*" + Aside)) File.Delete(half);
        }

        return new NetworkLedger(
            [.. Read<ImmutableArray<BridgeNetwork>>(_networks, []), .. LoadDefined()],
            Directory.GetFiles(_containers, "*.json").Select(file =>
                WithDevices(Read<AttachedContainer?>(file, null) ?? throw Unreadable(file, "it is empty"))),
            Read<ImmutableArray<IngressRoute>>(_ingress, []));
    }

    /// <summary>Files of networks that could not be understood: set aside, and named once.</summary>
    internal IReadOnlyList<string> SetAside { get; private set; } = [];

    /// <summary>Keeps the networks that come and go.</summary>
    internal void SaveNetworks(IEnumerable<BridgeNetwork> networks) =>
        Write<ImmutableArray<BridgeNetwork>>(_networks, [.. networks.Where(network => network.Definition is null)]);

    internal void Save(NetworkDefinition definition, BridgeNetwork network) =>
        Write(PathOf(definition), network with { Definition = definition });

    internal void Forget(NetworkDefinition definition) => File.Delete(PathOf(definition));

    internal void SaveIngress(ImmutableArray<IngressRoute> routes) =>
        Write(_ingress, routes);

    /// <summary>Bridges with names of their own that are being made or removed, and their addresses.</summary>
    internal ImmutableSortedDictionary<string, string> LoadBridges() =>
        Read(_bridges, ImmutableSortedDictionary<string, string>.Empty);

    internal void SaveBridges(ImmutableSortedDictionary<string, string> bridges)
    {
        if (bridges.IsEmpty) File.Delete(_bridges);
        else Write(_bridges, bridges);
    }

    internal void Save(AttachedContainer container) =>
        Write(PathOf(container.Id), container);

    internal void Forget(string container) => File.Delete(PathOf(container));

    internal void DeleteAll()
    {
        if (Directory.Exists(_containers)) Directory.Delete(_containers, recursive: true);
        foreach (var file in (string[])[_networks, _ingress, _bridges])
        {
            if (File.Exists(file)) File.Delete(file);
            if (File.Exists(file + Aside)) File.Delete(file + Aside);
        }

        if (Directory.Exists(lasting) && lasting != folder) Directory.Delete(lasting, recursive: true);
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    /// <remarks>One broken file must not keep a node from its other networks.</remarks>
    private List<BridgeNetwork> LoadDefined()
    {
        var (networks, broken) = (new List<BridgeNetwork>(), new List<string>());
        foreach (var file in Directory.GetFiles(lasting, "*.json"))
        {
            try
            {
                var network = Read<BridgeNetwork?>(file, null);
                if (network is not { Definition: { } definition })
                    throw Unreadable(file, "it describes no network");
                _ = network.Settings;
                if (networks.Any(one => one.Name == definition.Name))
                    throw Unreadable(file, "its name is there twice");
                networks.Add(network);
            }
            catch (ContainerException)
            {
                File.Move(file, file + Broken, overwrite: true);
                broken.Add(file + Broken);
            }
        }

        SetAside = broken;
        return networks;
    }

    private string PathOf(NetworkDefinition definition) => Path.Combine(lasting, definition.Id + ".json");

    /// <remarks>Devices were not written down once: they had their number.</remarks>
    private static AttachedContainer WithDevices(AttachedContainer container) => container with
    {
        Endpoints =
        [
            .. container.Endpoints.Select((endpoint, number) =>
                endpoint.Device.Length > 0 ? endpoint : endpoint with { Device = $"eth{number}" }),
        ],
    };

    private string PathOf(string container) => Path.Combine(_containers, container + ".json");

    private static T Read<T>(string path, T missing)
    {
        try
        {
            if (!File.Exists(path)) return missing;
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Format) ?? missing;
        }
        catch (Exception broken) when (broken is JsonException or InvalidDataException or NotSupportedException)
        {
            throw Unreadable(path, broken.Message, broken);
        }
    }

    private static ContainerException Unreadable(string path, string why, Exception? cause = null) =>
        new(ContainerFault.Host, $"The network state in {path} cannot be understood: {why}", cause);

    private static void Write<T>(string path, T value)
    {
        using (var file = new FileStream(path + Aside, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, value, Format);
            file.Flush(flushToDisk: true);
        }

        Durability.Replace(path, path + Aside);
    }
}
