using Microsoft.Extensions.Logging;

namespace Swarm.Daemon.Running;

/// <summary>
/// A file that takes room for nothing, so that a node whose disk was filled up can still start: it needs to write, and
/// without it there is nobody who takes the command that would make room.
/// </summary>
/// <remarks>Given up at a start without room, and taken again when there is.</remarks>
internal sealed partial class DiskReserve : IDisposable
{
    /// <summary>Its file, in the data root.</summary>
    public const string Name = "reserve";

    /// <summary>In bytes: the journal, records of containers and what a removal writes come far below it.</summary>
    public const long Size = 4L << 20;

    /// <summary>In bytes: with less it is not taken, for what people do comes first.</summary>
    public const long RoomMin = 4 * Size;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly Func<long> _free;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    private DiskReserve(string dataRoot, Func<long> free, TimeProvider time, ILogger logger)
    {
        _path = Path.Join(dataRoot, Name);
        _free = free;
        _logger = logger;
        if (File.Exists(_path) && free() < Size)
        {
            File.Delete(_path);
            LogGivenUp(dataRoot);
        }

        Take();
        _timer = time.CreateTimer(_ => Take(), null, LookEvery, LookEvery);
    }

    /// <summary>Gives the reserve up, if the disk is full, and else takes it.</summary>
    /// <param name="free">Tells how many bytes are free; null: as the file system tells it.</param>
    public static DiskReserve Open(string dataRoot, TimeProvider time, ILogger logger, Func<long>? free = null) =>
        new(dataRoot, free ?? (() => new DriveInfo(dataRoot).AvailableFreeSpace), time, logger);

    public void Dispose() => _timer.Dispose();

    private void Take()
    {
        try
        {
            if (File.Exists(_path) || _free() < RoomMin) return;
            using var file = new FileStream(_path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                PreallocationSize = Size,
            });
            file.SetLength(Size); // what was allocated belongs to it from now on
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            LogNotTaken(_path, refused.Message);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The disk of {DataRoot} is full: its reserve is given up so that this node can start. Make room: remove "
        + "containers, volumes or images")]
    private partial void LogGivenUp(string dataRoot);

    [LoggerMessage(LogLevel.Information, "No room is held in reserve at {Path} yet: {Reason}")]
    private partial void LogNotTaken(string path, string reason);
}
