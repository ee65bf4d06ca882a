using Swarm.Core.Services;
using Swarm.Runtime;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>A node whose disk takes nothing: no service waits for it in vain.</summary>
public sealed class NodeFullDiskTests : NodeFixture
{
    private const string NoSpace = "image web is not on this host, pulling it failed: No space left on device";

    [Fact]
    public async Task That_an_image_did_not_fit_on_the_disk_is_told_though_it_cannot_be_kept()
    {
        StartNode();
        await FillWhileImageComesAsync(OrderOf(1, Spec(), (1, TaskState.Running)));

        var told = await ReportsAsync();

        Assert.Equal((TaskState.Rejected, NoSpace), (told[1].State, told[1].Reason));
        Assert.Equal(TaskState.Preparing, Store["web"].Tasks[0].State);
        Pass(5);
        Assert.Empty(await ReportsAsync());
    }

    [Fact]
    public async Task What_ended_is_kept_when_there_is_room_and_told_no_second_time()
    {
        StartNode();
        await FillWhileImageComesAsync(OrderOf(1, Spec(), (1, TaskState.Running)));
        await ReportsAsync();

        Store.IsFull = false;
        Pass(2);

        Assert.Equal(TaskState.Rejected, Store["web"].Tasks[0].State);
        Assert.Empty(await ReportsAsync());
    }

    private async Task FillWhileImageComesAsync(ApplyServiceTasks order)
    {
        Images.Coming = new TaskCompletionSource<IDisposable>();
        Node.Tell(order, Services);
        await ReportsAsync();
        Store.IsFull = true;
        Inline.Run(() => Images.Coming.SetException(new ContainerException(ContainerFault.ImageNotFound, NoSpace)));
    }
}
