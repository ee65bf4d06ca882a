using System.Globalization;
using System.Text;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Logs;

/// <summary>
/// The log of one container: the file being written, <c>log</c>, and earlier ones, <c>log.1</c>, <c>log.2</c> …
/// </summary>
/// <remarks>
/// Numbers only grow, and the file being written has the next one, which it gets when another takes its place. So a
/// number and an offset name a place in the log for as long as the place is kept. conmon begins a new file by moving
/// it over the one before: that is not lost because <c>held</c> is another name of it.
/// </remarks>
internal sealed class LogFolder(string path)
{
    private const string CurrentName = "log";
    private const string HeldName = "held";
    private readonly Lock _renaming = new();
    private ulong _told;
    private int _readers;
    private SortedDictionary<long, FileStream>? _kept;

    public string Path => path;

    public string CurrentPath => System.IO.Path.Join(path, CurrentName);

    public void Make() => Directory.CreateDirectory(path);

    /// <summary>Whether a file of this name that was moved into the folder is the one being written.</summary>
    public static bool IsCurrent(string name) => name == CurrentName;

    /// <summary>What the log has stays to be read until the reader goes, also when its files are removed.</summary>
    public void AddReader()
    {
        lock (_renaming) _readers++;
    }

    public void EndReader()
    {
        lock (_renaming)
        {
            if (--_readers > 0 || _kept is null) return;
            foreach (var file in _kept.Values) file.Dispose();
            _kept = null;
        }
    }

    /// <summary>Nothing is written any more, and the files are about to be removed: for those who read they are
    /// held open.</summary>
    public void BeforeRemoval()
    {
        lock (_renaming)
        {
            if (_readers == 0 || _kept is not null) return;
            KeepUnlocked();
            var kept = new SortedDictionary<long, FileStream>();
            foreach (var number in NumbersUnlocked())
            {
                if (OpenUnlocked(number).File is { } file) kept.Add(number, file);
            }

            _kept = kept;
        }
    }

    /// <summary>Keeps the file that was written before, if another has taken its place, and holds the present
    /// one.</summary>
    public void Keep()
    {
        lock (_renaming) KeepUnlocked();
    }

    /// <summary>Drops the oldest files beyond what is kept.</summary>
    /// <param name="keep">How many files remain, the one being written included.</param>
    public void Trim(int keep)
    {
        lock (_renaming)
        {
            var numbers = OldNumbers();
            foreach (var number in numbers.Take(Math.Max(0, numbers.Count - keep + 1))) File.Delete(PathOf(number));
        }
    }

    /// <summary>Whether the file being written has so many bytes, and its writer is to be told to begin another:
    /// once for each file.</summary>
    public bool IsToBeEnded(long maxBytes)
    {
        lock (_renaming)
        {
            if (new FileInfo(CurrentPath) is not { Exists: true } file || file.Length < maxBytes) return false;
            var written = InodeOf(CurrentName);
            if (written is not { } inode || inode == _told) return false;
            _told = inode;
            return true;
        }
    }

    /// <summary>The numbers of the files there are, oldest first; the last is the one being written.</summary>
    public IReadOnlyList<long> Numbers()
    {
        lock (_renaming)
        {
            KeepUnlocked();
            return NumbersUnlocked();
        }
    }

    /// <summary>Opens a file by its number.</summary>
    /// <returns>Null when it is not there (any more, or yet); and whether a later one has been begun.</returns>
    public (FileStream? File, bool IsFinished) Open(long number)
    {
        lock (_renaming)
        {
            KeepUnlocked();
            return OpenUnlocked(number);
        }
    }

    private string HeldPath => System.IO.Path.Join(path, HeldName);

    private (FileStream? File, bool IsFinished) OpenUnlocked(long number)
    {
        var isCurrent = number == NumbersUnlocked()[^1];
        string file;
        if (_kept is not null)
        {
            if (!_kept.TryGetValue(number, out var open)) return (null, !isCurrent);
            // Opened once more: each reader has its own place in it.
            file = $"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}";
        }
        else
        {
            // By its second name: conmon may have moved another over the first since.
            file = !isCurrent ? PathOf(number) : File.Exists(HeldPath) ? HeldPath : CurrentPath;
            if (!File.Exists(file)) return (null, !isCurrent);
        }

        const FileShare all = FileShare.ReadWrite | FileShare.Delete;
        return (new FileStream(file, FileMode.Open, FileAccess.Read, all, bufferSize: 0), !isCurrent);
    }

    private void KeepUnlocked()
    {
        if (_kept is not null || !Directory.Exists(path)) return;
        var (written, held) = (InodeOf(CurrentName), InodeOf(HeldName));
        if (written is null || written == held) return;

        _told = 0; // a number that is free may be given to the new file
        if (held is not null)
        {
            var numbers = OldNumbers();
            File.Move(HeldPath, PathOf(numbers.Count == 0 ? 1 : numbers[^1] + 1));
        }

        using var opened = Folder.Open(path);
        opened.MakeHardLink(Encoding.UTF8.GetBytes(HeldName), opened, Encoding.UTF8.GetBytes(CurrentName));
    }

    private ulong? InodeOf(string name)
    {
        using var opened = Folder.Open(path);
        return opened.Status(Encoding.UTF8.GetBytes(name))?.Inode;
    }

    private List<long> NumbersUnlocked()
    {
        if (_kept is { Count: > 0 }) return [.. _kept.Keys];
        var numbers = OldNumbers();
        numbers.Add(numbers.Count == 0 ? 1 : numbers[^1] + 1);
        return numbers;
    }

    private string PathOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{CurrentPath}.{number}");

    private List<long> OldNumbers()
    {
        if (!Directory.Exists(path)) return [];
        List<long> numbers = [];
        foreach (var file in Directory.GetFiles(path))
        {
            var name = System.IO.Path.GetFileName(file.AsSpan());
            if (!name.StartsWith(CurrentName + ".", StringComparison.Ordinal)) continue;
            if (long.TryParse(
                name[(CurrentName.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }
}
