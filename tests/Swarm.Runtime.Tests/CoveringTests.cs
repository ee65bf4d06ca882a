using Swarm.Core.Containers;
using static Swarm.Runtime.Tests.EngineFixture;

namespace Swarm.Runtime.Tests;

/// <summary>What a container gets of others, or in the place of its image's files.</summary>
public sealed class CoveringTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static ContainerSpec Sleep => Shell("sleep 600");

    [Fact]
    public async Task A_tmpfs_has_the_mode_that_it_was_given_or_that_of_what_it_covers()
    {
        var started = await fixture.StartAsync(Sleep with
        {
            Mounts =
            [
                new MountSpec(MountKind.Tmpfs, "", "/etc"), new MountSpec(MountKind.Tmpfs, "", "/new"),
                new MountSpec(MountKind.Tmpfs, "", "/bin/own") { Mode = 0x1c0 },
            ],
        });

        Assert.Equal(
            "0 755 1777 700",
            (await fixture.RunCommandAsync(started.Id, "stat", "-c", "%a", "/etc", "/new", "/bin/own"))
                .Replace('\n', ' '));
    }

    [Fact]
    public async Task A_network_of_a_container_that_does_not_run_is_refused_in_the_words_of_Docker()
    {
        var owner = await fixture.Engine.CreateAsync(Define(Sleep), default);
        var spec = Sleep with { Shared = SharedNamespaces.None with { Network = "container:" + owner.Id.Value } };

        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.CreateAsync(Define(spec), default));

        Assert.Equal(
            (ContainerFault.WrongPhase, $"cannot join network of a non running container: {owner.Id.Value}"),
            (refused.Fault, refused.Message));
    }
}
