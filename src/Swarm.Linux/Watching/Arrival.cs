namespace Swarm.Linux.Watching;

/// <summary>How a file comes into a folder, or what becomes of one file.</summary>
/// <remarks>The values are those of <see href="https://man7.org/linux/man-pages/man7/inotify.7.html">inotify(7)</see>.
/// </remarks>
public enum Arrival
{
    /// <summary>What is watched is a file, and has other content: IN_MODIFY. It has no name then.</summary>
    Changed = 0x2,

    /// <summary>It was moved there: IN_MOVED_TO.</summary>
    Moved = 0x80,

    /// <summary>It was moved there, or who wrote it there has closed it: IN_MOVED_TO and IN_CLOSE_WRITE.</summary>
    Whole = Moved | 0x8,

    /// <summary>It was made there, and may be empty still: IN_CREATE.</summary>
    Made = 0x100,
}
