using System.Collections.Concurrent;
using Swarm.Linux.Watching;

namespace Swarm.Linux.Tests.Watching;

public sealed class ArrivalWatchTests : IDisposable
{
    private static readonly TimeSpan Waiting = Patience.Seconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarmarrivals");
    private readonly DescriptorWatch _descriptors = new("arrivals of a test");
    private readonly BlockingCollection<string> _told = [];
    private readonly ArrivalWatch _watch;

    public ArrivalWatchTests() => _watch = new ArrivalWatch(_descriptors, () => _told.Add("overflow"));

    public void Dispose()
    {
        _watch.Dispose();
        _descriptors.Dispose();
        _told.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_file_moved_over_another_is_told_with_its_folder()
    {
        var (one, other) = (Make("one"), Make("other"));
        using var first = _watch.Add(one, Arrival.Moved, name => _told.Add("one " + name));
        using var second = _watch.Add(other, Arrival.Moved, name => _told.Add("other " + name));

        Move(other, "log");
        Move(one, "log");

        Assert.Equal(["other log", "one log"], [Next(), Next()]);
    }

    [Fact]
    public void Nothing_is_told_of_a_folder_that_is_not_watched_any_more_or_is_gone()
    {
        var (one, other) = (Make("one"), Make("other"));
        _watch.Add(one, Arrival.Moved, name => _told.Add("one " + name)).Dispose();
        var gone = Make("gone");
        var watched = _watch.Add(gone, Arrival.Moved, name => _told.Add("gone " + name));
        Directory.Delete(gone);
        watched.Dispose();
        using var second = _watch.Add(other, Arrival.Moved, name => _told.Add("other " + name));

        Move(one, "log");
        Move(other, "log");

        Assert.Equal("other log", Next());
    }

    [Fact]
    public void A_file_is_told_each_time_that_it_is_made_where_that_is_asked_for()
    {
        var (one, other) = (Make("one"), Make("other"));
        using var first = _watch.Add(one, Arrival.Made, name => _told.Add("one " + name));
        using var second = _watch.Add(other, Arrival.Moved, name => _told.Add("other " + name));

        File.WriteAllText($"{one}/mark", "");
        File.WriteAllText($"{other}/mark", "");
        Move(one, "moved");
        File.WriteAllText($"{one}/mark", "written anew");
        File.Delete($"{one}/mark");
        File.WriteAllText($"{one}/mark", "");

        Assert.Equal(["one mark", "one moved.tmp", "one mark"], [Next(), Next(), Next()]);
    }

    [Fact]
    public void A_file_is_told_when_it_is_whole_where_that_is_asked_for()
    {
        var one = Make("one");
        using var watched = _watch.Add(one, Arrival.Whole, _told.Add);

        using (var file = File.CreateText($"{one}/slow"))
        {
            file.Write("half");
            file.Flush();
            Move(Make("other"), "elsewhere");
            File.Move($"{_folder.FullName}/other/elsewhere", $"{one}/quick");
        }

        Assert.Equal(["quick", "slow"], [Next(), Next()]);
    }

    private string Make(string name) => _folder.CreateSubdirectory(name).FullName;

    private static void Move(string folder, string name)
    {
        File.WriteAllText($"{folder}/{name}.tmp", "");
        File.Move($"{folder}/{name}.tmp", $"{folder}/{name}", overwrite: true);
    }

    private string Next() => _told.TryTake(out var next, Waiting) ? next : "nothing came";
}
