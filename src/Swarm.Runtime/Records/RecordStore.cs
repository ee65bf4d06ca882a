using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Records;

/// <summary>
/// Keeps the record of each container: <c>containers/ID/container.json</c>, written aside, synced and renamed; that of
/// one that is gone with a restart of the host in the run root, which is gone then, too.
/// </summary>
internal sealed partial class RecordStore(EngineFolders folders, ILogger logger)
{
    private const string FileName = "container.json";
    private const string Aside = ".new";

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public void Write(ContainerRecord record)
    {
        if (record.Definition.IsPassing) WritePassing(record);
        else WriteLasting(record);
    }

    private void WritePassing(ContainerRecord record)
    {
        var path = Passing(record.Id);
        using (var file = new FileStream(path + Aside, FileMode.Create, FileAccess.Write, FileShare.None))
            JsonSerializer.Serialize(file, record, Format);
        File.Move(path + Aside, path, overwrite: true);
    }

    private void WriteLasting(ContainerRecord record)
    {
        var folder = folders.Container(record.Id);
        Directory.CreateDirectory(folder);
        var path = Path.Join(folder, FileName);
        var aside = path + Aside;
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, record, Format);
            file.Flush(flushToDisk: true);
        }

        var isNew = !File.Exists(path);
        Durability.Replace(path, aside);
        // A container whose folder is not there after a loss of power is no one's: its files would be removed.
        if (isNew) Durability.SyncFolder(folders.Containers);
    }

    public void Remove(ContainerId id)
    {
        File.Delete(Passing(id));
        var folder = folders.Container(id);
        if (!Directory.Exists(folder)) return;
        // The record first: a folder without one is rubbish, a record without its folder's rest is not.
        File.Delete(Path.Join(folder, FileName));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Reads every record.</summary>
    /// <returns>The records, and the ids of those that could not be read: their files are left to people.</returns>
    public (IReadOnlyList<ContainerRecord> Records, IReadOnlySet<string> Unreadable) ReadAll()
    {
        List<ContainerRecord> records = [];
        HashSet<string> unreadable = [];
        foreach (var half in Directory.GetFiles(folders.PassingRecords, "*" + Aside)) File.Delete(half);
        var all = Directory.GetFiles(folders.PassingRecords).Select(path => (Id: Path.GetFileName(path), Path: path))
            .Concat(Directory.GetDirectories(folders.Containers)
                .Select(folder => (Id: Path.GetFileName(folder), Path: Path.Join(folder, FileName))));
        foreach (var (id, path) in all)
        {
            try
            {
                var record = JsonSerializer.Deserialize<ContainerRecord>(File.ReadAllBytes(path), Format);
                records.Add(record ?? throw new JsonException("null"));
            }
            catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
            {
                // Half made, which only the disk itself may say: of what it does not give, nothing is known.
            }
            catch (Exception broken) when (broken is JsonException or IOException or UnauthorizedAccessException)
            {
                LogUnreadable(path, broken);
                unreadable.Add(id);
            }
        }

        return (records, unreadable);
    }

    private string Passing(ContainerId id) => Path.Join(folders.PassingRecords, id.Value);

    [LoggerMessage(LogLevel.Error,
        "The record {Path} could not be read: its container is ended, and its files are left as they are")]
    private partial void LogUnreadable(string path, Exception broken);
}
