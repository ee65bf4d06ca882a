using System.Collections.Concurrent;
using Swarm.Linux.Watching;

namespace Swarm.Linux.Tests.Watching;

public sealed class MoveWatchTests : IDisposable
{
    private static readonly TimeSpan Waiting = Patience.Seconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarmmoves");
    private readonly DescriptorWatch _descriptors = new("moves of a test");
    private readonly BlockingCollection<string> _moved = [];
    private readonly MoveWatch _watch;

    public MoveWatchTests() => _watch = new MoveWatch(_descriptors, () => _moved.Add("overflow"));

    public void Dispose()
    {
        _watch.Dispose();
        _descriptors.Dispose();
        _moved.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_file_moved_over_another_is_told_with_its_folder()
    {
        var (one, other) = (Make("one"), Make("other"));
        using var first = _watch.Add(one, name => _moved.Add("one " + name));
        using var second = _watch.Add(other, name => _moved.Add("other " + name));

        Move(other, "log");
        Move(one, "log");

        Assert.Equal(["other log", "one log"], [Next(), Next()]);
    }

    [Fact]
    public void Nothing_is_told_of_a_folder_that_is_not_watched_any_more_or_is_gone()
    {
        var (one, other) = (Make("one"), Make("other"));
        _watch.Add(one, name => _moved.Add("one " + name)).Dispose();
        var gone = Make("gone");
        var watched = _watch.Add(gone, name => _moved.Add("gone " + name));
        Directory.Delete(gone);
        watched.Dispose();
        using var second = _watch.Add(other, name => _moved.Add("other " + name));

        Move(one, "log");
        Move(other, "log");

        Assert.Equal("other log", Next());
    }

    private string Make(string name) => _folder.CreateSubdirectory(name).FullName;

    private static void Move(string folder, string name)
    {
        File.WriteAllText($"{folder}/{name}.tmp", "");
        File.Move($"{folder}/{name}.tmp", $"{folder}/{name}", overwrite: true);
    }

    private string Next() => _moved.TryTake(out var next, Waiting) ? next : "nothing came";
}
