using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Networks;

/// <summary>
/// What is known of the networks, on disk: one file for networks, one for routes, one for each container.
/// </summary>
/// <remarks>Each file is written aside, brought to the disk and renamed: it is the old one or the new one,
/// never half.</remarks>
internal sealed class NetworkFiles(string folder)
{
    private const string Aside = ".tmp";

    private readonly string _networks = Path.Combine(folder, "networks.json");
    private readonly string _ingress = Path.Combine(folder, "ingress.json");
    private readonly string _containers = Path.Combine(folder, "containers");

    /// <exception cref="ContainerException">A file cannot be understood: named.</exception>
    internal NetworkLedger Load()
    {
        Directory.CreateDirectory(_containers);
        foreach (var half in Directory.GetFiles(_containers, "*" + Aside)) File.Delete(half);

        return new NetworkLedger(
            Read(_networks, NetworkJson.Default.ImmutableArrayBridgeNetwork, []),
            Directory.GetFiles(_containers, "*.json").Select(file =>
                Read(file, NetworkJson.Default.AttachedContainer, null) ?? throw Unreadable(file, "it is empty")),
            Read(_ingress, NetworkJson.Default.ImmutableArrayIngressRoute, []));
    }

    internal void SaveNetworks(IEnumerable<BridgeNetwork> networks) =>
        Write(_networks, [.. networks], NetworkJson.Default.ImmutableArrayBridgeNetwork);

    internal void SaveIngress(ImmutableArray<IngressRoute> routes) =>
        Write(_ingress, routes, NetworkJson.Default.ImmutableArrayIngressRoute);

    internal void Save(AttachedContainer container) =>
        Write(PathOf(container.Id), container, NetworkJson.Default.AttachedContainer);

    internal void Forget(string container) => File.Delete(PathOf(container));

    internal void DeleteAll()
    {
        if (Directory.Exists(_containers)) Directory.Delete(_containers, recursive: true);
        foreach (var file in (string[])[_networks, _ingress, _networks + Aside, _ingress + Aside])
        {
            if (File.Exists(file)) File.Delete(file);
        }

        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    private string PathOf(string container) => Path.Combine(_containers, container + ".json");

    private static T Read<T>(string path, JsonTypeInfo<T> shape, T missing)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), shape) ?? missing : missing;
        }
        catch (Exception broken) when (broken is JsonException or InvalidDataException or NotSupportedException)
        {
            throw Unreadable(path, broken.Message, broken);
        }
    }

    private static ContainerException Unreadable(string path, string why, Exception? cause = null) =>
        new(ContainerFault.Host, $"The network state in {path} cannot be understood: {why}", cause);

    private static void Write<T>(string path, T value, JsonTypeInfo<T> shape)
    {
        using (var file = new FileStream(path + Aside, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, value, shape);
            file.Flush(flushToDisk: true);
        }

        Durability.Replace(path, path + Aside);
    }
}
