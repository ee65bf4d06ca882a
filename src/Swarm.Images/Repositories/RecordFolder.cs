using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Swarm.Images.Names;
using Swarm.Linux.Files;

namespace Swarm.Images.Repositories;

/// <summary>A folder of small records, each a file that is named by what it is about.</summary>
/// <remarks>Not safe for use by several at once: the store locks.</remarks>
/// <param name="keyOf">What a record is about, as one text.</param>
internal sealed class RecordFolder<T>(
    StoreFolders folders, string path, JsonTypeInfo<T> type, Func<T, string> keyOf)
    where T : class
{
    private readonly List<BrokenRecord> _broken = [];

    /// <summary>Records that could not be read, as long as they are there.</summary>
    public IEnumerable<BrokenRecord> Broken => _broken.Where(record => File.Exists(record.Path));

    /// <summary>All records. One that is not what the store wrote is set aside as <c>NAME.broken</c>.</summary>
    public List<T> ReadAll()
    {
        var records = new List<T>();
        foreach (var file in Directory.GetFiles(path))
        {
            if (file.EndsWith(BrokenRecord.Suffix, StringComparison.Ordinal))
                _broken.Add(new BrokenRecord(file, "set aside when swarmd started before"));
            else if (Read(file) is { } record) records.Add(record);
        }

        return records;
    }

    public void Write(T record)
    {
        var file = PathOf(record);
        folders.WriteWhole(file, JsonSerializer.SerializeToUtf8Bytes(record, type));
        File.Delete(file + BrokenRecord.Suffix); // this one heals it
    }

    /// <summary>Removes records, for good when it returns.</summary>
    public void Delete(IEnumerable<T> records)
    {
        foreach (var record in records) StoreFolders.Delete(PathOf(record));
        Durability.SyncFolder(path);
    }

    private T? Read(string file)
    {
        try
        {
            var record = StoreJson.Read(file, type);
            if (PathOf(record) == file) return record;
            throw new ImageException(ImageFault.Invalid, $"{file}: is about something else than its name says");
        }
        catch (ImageException broken)
        {
            var aside = file + BrokenRecord.Suffix;
            File.Move(file, aside, overwrite: true);
            Durability.SyncFolder(path);
            _broken.Add(new BrokenRecord(aside, broken.Message));
        }
        catch (IOException unread)
        {
            _broken.Add(new BrokenRecord(file, unread.Message)); // the disk's fault, and perhaps not for ever
        }

        return null;
    }

    // What it is about has slashes and can be longer than the name of a file.
    private string PathOf(T record) => Path.Combine(
        path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(keyOf(record)))) + ".json");
}
