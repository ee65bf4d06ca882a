using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Tests;

/// <summary>Weights in the use of single block devices, of the real kernel.</summary>
public sealed class DeviceWeightTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly ContainerSpec Sleep = EngineFixture.Shell("sleep 600");

    [BfqFact]
    public async Task Devices_are_weighed_where_the_kernel_and_their_scheduler_know_weights_in_each_run()
    {
        using var disk = LoopDevice.Make("bfq");

        var started = await fixture.StartAsync(
            Sleep with { DeviceWeights = [new DeviceWeight(disk.Path, 300), new DeviceWeight(disk.Path, 500)] });

        Assert.Contains($"{disk.Number} 500", WeightsOf(started.Id), StringComparison.Ordinal);
        fixture.Engine.Signal(started.Id, 9);
        await fixture.ExitOfAsync(started.Id);
        await fixture.Engine.StartAsync(started.Id, default);
        Assert.Contains($"{disk.Number} 500", WeightsOf(started.Id), StringComparison.Ordinal);
        await fixture.Engine.Controls.SetLimitsAsync(
            started.Id, ResourceLimits.None with { CpuShares = 512 }, default);
        Assert.Contains($"{disk.Number} 500", WeightsOf(started.Id), StringComparison.Ordinal);
    }

    [BfqFact]
    public async Task A_device_whose_scheduler_knows_no_weights_is_named_and_nothing_is_left_of_the_container()
    {
        using var disk = LoopDevice.Make("none");

        await RefusedAsync(disk.Path, $"{disk.Path} takes no weight: its scheduler has to be bfq (");
    }

    [BfqFact]
    public Task What_is_no_block_device_is_named() => RefusedAsync("/dev/null", "/dev/null is no block device");

    private async Task RefusedAsync(string device, string message)
    {
        var definition = EngineFixture.Define(Sleep with { DeviceWeights = [new DeviceWeight(device, 300)] });

        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.CreateAsync(definition, default));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
        Assert.Empty(fixture.FilesOf(definition.Id));
    }

    private string WeightsOf(ContainerId id) =>
        fixture.Cgroup("blkio", id, Host.HasCgroups2 ? "io.bfq.weight" : "blkio.bfq.weight_device");
}
