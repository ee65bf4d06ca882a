using System.Text.Json;
using Microsoft.Extensions.Logging;
using Swarm.Linux.Files;
using Folder = Swarm.Linux.Files.Folder;

namespace Swarm.Runtime.Volumes;

/// <summary>The volumes on disk: <c>volumes/NAME</c> with <c>volume.json</c> and <c>_data</c>.</summary>
/// <remarks>A volume comes and goes whole, by a rename: <c>.new</c> and <c>.gone</c> hold what was not finished.
/// </remarks>
internal sealed partial class VolumeFolder(EngineFolders folders, ILogger logger)
{
    private const string RecordName = "volume.json";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OnlyPassing = OwnerOnly | UnixFileMode.OtherExecute;

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
    };

    private readonly Lock _clearing = new();

    private string Begun => Path.Join(folders.Volumes, ".new");

    private string Gone => Path.Join(folders.Volumes, ".gone");

    /// <summary>Clears away what was not finished, and reads what there is.</summary>
    public List<LiveVolume> ReadAll()
    {
        // Once nobody passes, nobody ever does: what such containers left stays.
        var isHidden = folders.HidesVolumes || File.GetUnixFileMode(folders.Volumes) == OwnerOnly;
        File.SetUnixFileMode(folders.Volumes, isHidden ? OwnerOnly : OnlyPassing);
        foreach (var scratch in (string[])[Begun, Gone])
        {
            Directory.CreateDirectory(scratch);
            Clear(scratch);
        }

        return
        [
            .. Directory.GetDirectories(folders.Volumes)
                .Where(folder => Path.GetFileName(folder)[0] != '.')
                .Select(folder => new LiveVolume(Read(folder), folder)),
        ];
    }

    public LiveVolume Make(VolumeRecord record)
    {
        var begun = Path.Join(Begun, Guid.NewGuid().ToString("N"));
        var volume = new LiveVolume(record, Path.Join(folders.Volumes, record.Definition.Name));
        try
        {
            Directory.CreateDirectory(Path.Join(begun, Path.GetFileName(volume.Content)));
            WriteFile(Path.Join(begun, RecordName), record);
            Directory.Move(begun, volume.Folder);
        }
        catch
        {
            if (Directory.Exists(begun)) Directory.Delete(begun, recursive: true);
            throw;
        }

        Durability.SyncFolder(folders.Volumes);
        return volume;
    }

    public static void Write(LiveVolume volume)
    {
        var path = Path.Join(volume.Folder, RecordName);
        WriteFile(path + ".new", volume.Record);
        Durability.Replace(path, path + ".new");
    }

    /// <summary>Takes it away at once; <see cref="ClearGone"/> deletes its files.</summary>
    public void Remove(LiveVolume volume)
    {
        Directory.Move(volume.Folder, Path.Join(Gone, Guid.NewGuid().ToString("N")));
        Durability.SyncFolder(folders.Volumes);
    }

    /// <summary>Deletes the files of volumes that were removed; may take long. What cannot be deleted now is tried
    /// again with the next one, and when the engine is opened.</summary>
    public void ClearGone() => Clear(Gone);

    private void Clear(string scratch)
    {
        lock (_clearing)
        {
            using var folder = Folder.Open(scratch);
            foreach (var path in Directory.GetFileSystemEntries(scratch))
            {
                try
                {
                    folder.RemoveTree(Path.GetFileName(path));
                }
                catch (IOException refused)
                {
                    LogNotCleared(path, refused);
                }
            }
        }
    }

    /// <remarks>Content whose record is missing or broken is a volume nevertheless: it is somebody's.</remarks>
    private VolumeRecord Read(string folder)
    {
        var path = Path.Join(folder, RecordName);
        try
        {
            var record = File.Exists(path)
                ? JsonSerializer.Deserialize<VolumeRecord>(File.ReadAllBytes(path), Format)
                : null;
            if (record?.Definition is { } definition && definition.Name == Path.GetFileName(folder)) return record;
        }
        catch (Exception broken) when (broken is JsonException or IOException or UnauthorizedAccessException)
        {
            LogUnreadable(path, broken);
        }

        return new VolumeRecord(new VolumeDefinition(Path.GetFileName(folder)), Directory.GetLastWriteTimeUtc(folder));
    }

    private static void WriteFile(string path, VolumeRecord record)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        JsonSerializer.Serialize(file, record, Format);
        file.Flush(flushToDisk: true);
    }

    [LoggerMessage(LogLevel.Warning, "What was removed could not be deleted yet: {Path}")]
    private partial void LogNotCleared(string path, Exception refused);

    [LoggerMessage(LogLevel.Error, "{Path} cannot be read: its volume is kept, without labels and options")]
    private partial void LogUnreadable(string path, Exception broken);
}
