using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Daemon.Running;

namespace Swarm.Daemon.Tests.Running;

public sealed class DiskReserveTests : IDisposable
{
    private const long Plenty = long.MaxValue;

    private readonly string _folder = Directory.CreateTempSubdirectory("swdreserve").FullName;

    private FileInfo Reserve => new(Path.Join(_folder, DiskReserve.Name));

    [Fact]
    public void It_takes_room_when_there_is_enough_and_gives_it_up_at_a_start_without()
    {
        Open(free: Plenty);
        Assert.Equal(DiskReserve.Size, Reserve.Length);
        Assert.Equal($"{DiskReserve.Size / 512}", Run("stat", "-c", "%b", Reserve.FullName)); // and not a hole

        Open(free: DiskReserve.Size);
        Assert.True(Reserve.Exists);

        Open(free: DiskReserve.Size - 1);
        Assert.False(Reserve.Exists);

        Open(free: Plenty);
        Assert.True(Reserve.Exists);
    }

    [Fact]
    public void Little_room_is_left_to_others()
    {
        Open(free: DiskReserve.RoomMin - 1);

        Assert.False(Reserve.Exists);
    }

    [Fact]
    public void Where_it_cannot_be_made_a_node_starts_without()
    {
        using var reserve = DiskReserve.Open(
            _folder + "/nowhere", TimeProvider.System, NullLogger.Instance, () => Plenty);

        Assert.False(Reserve.Exists);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Run(string program, params string[] arguments)
    {
        using var run = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = run.StandardOutput.ReadToEnd().Trim();
        run.WaitForExit();
        return output;
    }

    private void Open(long free) =>
        DiskReserve.Open(_folder, TimeProvider.System, NullLogger.Instance, () => free).Dispose();
}
