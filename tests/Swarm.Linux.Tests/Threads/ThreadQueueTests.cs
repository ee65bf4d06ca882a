using Swarm.Linux.Threads;

namespace Swarm.Linux.Tests.Threads;

public class ThreadQueueTests
{
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(20);

    [Fact]
    public void What_is_added_is_taken_in_its_order()
    {
        var queue = new ThreadQueue<int>();
        Assert.All([1, 2, 3], item => Assert.True(queue.TryAdd(item)));
        Assert.Equal(3, queue.Count);

        foreach (var expected in new[] { 1, 2, 3 })
        {
            Assert.True(queue.TryTake(TimeSpan.Zero, out var item));
            Assert.Equal(expected, item);
        }

        Assert.False(queue.TryTake(TimeSpan.Zero, out _));
    }

    [Fact]
    public async Task Who_waits_is_woken_by_what_comes_and_by_the_end()
    {
        var queue = new ThreadQueue<int>();
        var taken = Take(queue);
        queue.TryAdd(7);
        Assert.Equal((true, 7), await taken.WaitAsync(Waiting));

        Task<(bool, int)>[] waiting = [Take(queue), Take(queue)];
        queue.Close();
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Waiting), one => Assert.Equal((false, 0), one));
    }

    [Fact]
    public void After_the_end_what_waits_is_taken_and_nothing_is_added()
    {
        var queue = new ThreadQueue<int>();
        queue.TryAdd(1);
        queue.Close();

        Assert.False(queue.IsOver);
        Assert.Throws<InvalidOperationException>(() => queue.TryAdd(2));
        Assert.True(queue.TryTake(Timeout.InfiniteTimeSpan, out var left));
        Assert.Equal(1, left);
        Assert.True(queue.IsOver);
        Assert.False(queue.TryTake(Timeout.InfiniteTimeSpan, out _));
    }

    [Fact]
    public void No_more_wait_than_may()
    {
        var queue = new ThreadQueue<int>(most: 2);
        Assert.True(queue.TryAdd(1));
        Assert.True(queue.TryAdd(2));
        Assert.False(queue.TryAdd(3));
        Assert.True(queue.TryTake(TimeSpan.Zero, out _));
        Assert.True(queue.TryAdd(4));
        Assert.Equal([2, 4], queue.ToArray());
    }

    [Fact]
    public async Task Each_of_many_is_taken_once()
    {
        const int Items = 20_000;
        var queue = new ThreadQueue<int>();
        var takers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var mine = new List<int>();
                while (queue.TryTake(Timeout.InfiniteTimeSpan, out var item)) mine.Add(item);
                return mine;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Parallel.For(0, Items, item => queue.TryAdd(item));
        queue.Close();

        var all = (await Task.WhenAll(takers).WaitAsync(Waiting)).SelectMany(mine => mine).Order();
        Assert.Equal(Enumerable.Range(0, Items), all);
    }

    private static Task<(bool, int)> Take(ThreadQueue<int> queue) => Task.Factory.StartNew(
        () => (queue.TryTake(Waiting, out var item), item),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
