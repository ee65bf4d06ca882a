using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Swarm.Images.Copies;
using Swarm.Images.Layers;
using Swarm.Images.Names;
using Swarm.Images.Repositories;
using Swarm.Images.Snapshots;
using Swarm.Images.Uploads;

namespace Swarm.Images;

/// <summary>The store's own small files.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(DigestConverter)])]
[JsonSerializable(typeof(LayerRecord))]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(NameRecord))]
[JsonSerializable(typeof(SnapshotRecord))]
[JsonSerializable(typeof(ManifestRecord))]
[JsonSerializable(typeof(TagRecord))]
[JsonSerializable(typeof(LinkRecord))]
[JsonSerializable(typeof(UploadRecord))]
[JsonSerializable(typeof(CopyRecord))]
internal sealed partial class StoreJson : JsonSerializerContext
{
    /// <exception cref="ImageException">The file is not what this store wrote.</exception>
    public static T Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type)
                ?? throw new ImageException(ImageFault.Invalid, $"{path}: is empty");
        }
        catch (JsonException broken)
        {
            throw new ImageException(ImageFault.Invalid, $"{path}: {broken.Message}", broken);
        }
    }
}
