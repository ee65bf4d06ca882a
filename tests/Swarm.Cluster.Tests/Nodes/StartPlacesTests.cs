using Microsoft.Extensions.Time.Testing;
using Swarm.Cluster.Nodes;

namespace Swarm.Cluster.Tests.Nodes;

public sealed class StartPlacesTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Who_hangs_leaves_his_place_to_others_and_goes_on()
    {
        var places = new StartPlaces(1, _time);
        var answer = new TaskCompletionSource<int>();
        var hanging = places.RunAsync(() => answer.Task, CancellationToken.None);
        var next = places.RunAsync(() => Task.FromResult(2), CancellationToken.None);
        Assert.False(next.IsCompleted);

        _time.Advance(StartPlaces.HeldAtMost);

        Assert.Equal(2, await next.WaitAsync(Long));
        Assert.False(hanging.IsCompleted);
        answer.SetResult(1);
        Assert.Equal(1, await hanging.WaitAsync(Long));
    }

    [Fact]
    public async Task A_place_comes_back_whether_its_work_fails_at_once_later_or_by_a_time_out_of_its_own()
    {
        var places = new StartPlaces(1, _time);
        Task<int>[] failing =
        [
            places.RunAsync<int>(() => throw new IOException("at once"), CancellationToken.None),
            places.RunAsync(() => Task.FromException<int>(new IOException("later")), CancellationToken.None),
            places.RunAsync(() => Task.FromException<int>(new TimeoutException("own")), CancellationToken.None),
        ];

        foreach (var one in failing) await Assert.ThrowsAnyAsync<Exception>(() => one.WaitAsync(Long));

        Assert.Equal(4, await places.RunAsync(() => Task.FromResult(4), CancellationToken.None).WaitAsync(Long));
        Assert.Equal("own", failing[2].Exception!.InnerException!.Message);
    }

    [Fact]
    public async Task Who_waits_for_a_place_may_give_up()
    {
        var places = new StartPlaces(1, _time);
        var answer = new TaskCompletionSource<int>();
        var held = places.RunAsync(() => answer.Task, CancellationToken.None);
        using var leaving = new CancellationTokenSource();
        var waiting = places.RunAsync(() => Task.FromResult(2), leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Long));
        answer.SetResult(1);
        Assert.Equal(1, await held.WaitAsync(Long));
        Assert.Equal(3, await places.RunAsync(() => Task.FromResult(3), CancellationToken.None).WaitAsync(Long));
    }
}
