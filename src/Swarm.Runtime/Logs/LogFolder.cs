using System.Globalization;

namespace Swarm.Runtime.Logs;

/// <summary>
/// The log of one container: the file being written, <c>log</c>, and earlier ones, <c>log.1</c>, <c>log.2</c> …
/// </summary>
/// <remarks>
/// Numbers only grow, and the file being written has the next one, which it keeps when it is set aside. So a number and
/// an offset name a place in the log for as long as the place is kept.
/// </remarks>
internal sealed class LogFolder(string folder)
{
    private const string CurrentName = "log";
    private readonly Lock _renaming = new();

    public string CurrentPath { get; } = Path.Join(folder, CurrentName);

    public void Make() => Directory.CreateDirectory(folder);

    public long CurrentSize => new FileInfo(CurrentPath) is { Exists: true } file ? file.Length : 0;

    /// <summary>Sets the written file aside, and drops the oldest beyond what is kept.</summary>
    /// <param name="reopen">Tells the writer to begin a new file.</param>
    /// <param name="keep">How many files remain, the new one included.</param>
    public void Rotate(Action reopen, int keep)
    {
        lock (_renaming)
        {
            var numbers = OldNumbers();
            var next = numbers.Count == 0 ? 1 : numbers[^1] + 1;
            File.Move(CurrentPath, PathOf(next));
            numbers.Add(next);
            foreach (var number in numbers.Take(Math.Max(0, numbers.Count - keep + 1))) File.Delete(PathOf(number));
        }

        reopen();
    }

    /// <summary>The numbers of the files there are, oldest first; the last is the one being written.</summary>
    public IReadOnlyList<long> Numbers()
    {
        lock (_renaming) return NumbersUnlocked();
    }

    /// <summary>Opens a file by its number.</summary>
    /// <returns>Null when it is not there (any more, or yet); and whether a later one has been begun.</returns>
    public (FileStream? File, bool IsFinished) Open(long number)
    {
        lock (_renaming)
        {
            var numbers = NumbersUnlocked();
            var isCurrent = number == numbers[^1];
            var path = isCurrent ? CurrentPath : PathOf(number);
            if (!File.Exists(path)) return (null, !isCurrent);
            // A file is complete when its writer has opened the next.
            var isFinished = !isCurrent && (number < numbers[^1] - 1 || File.Exists(CurrentPath));
            const FileShare all = FileShare.ReadWrite | FileShare.Delete;
            return (new FileStream(path, FileMode.Open, FileAccess.Read, all, bufferSize: 0), isFinished);
        }
    }

    private List<long> NumbersUnlocked()
    {
        var numbers = OldNumbers();
        numbers.Add(numbers.Count == 0 ? 1 : numbers[^1] + 1);
        return numbers;
    }

    private string PathOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{CurrentPath}.{number}");

    private List<long> OldNumbers()
    {
        if (!Directory.Exists(folder)) return [];
        List<long> numbers = [];
        foreach (var path in Directory.GetFiles(folder))
        {
            var name = Path.GetFileName(path.AsSpan());
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
