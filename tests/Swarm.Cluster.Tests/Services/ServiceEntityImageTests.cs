using Akka.Actor;
using Swarm.Core.Images;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Tests.Services;

/// <summary>What the name of a service's image means is found out before it is deployed.</summary>
public sealed class ServiceEntityImageTests : ServiceEntityKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_service_without_a_pin_runs_the_image_that_its_name_means()
    {
        var entity = StartEntity();
        entity.Tell(Unpinned(), TestActor);
        var asked = Images.ExpectMsg<GetImage>();

        entity.Tell(new ImageMeaning(asked.Repository, asked.Tag, Digest.Of([7]), [Node]));
        ExpectMsg<ServiceAccepted>();

        entity.Tell(new GetService(Web), TestActor);
        Assert.Equal("docker.io/library/busybox", asked.Repository);
        Assert.Equal(Digest.Of([7]), ExpectMsg<ServiceDetails>().Spec.Container.PinnedImage);
    }

    [Fact]
    public void A_service_whose_image_nobody_explains_in_time_runs_it_by_its_name()
    {
        var entity = StartEntity();
        entity.Tell(Unpinned(), TestActor);
        Images.ExpectMsg<GetImage>();

        Advance(2 * Second);
        ExpectMsg<ServiceAccepted>();

        entity.Tell(new GetService(Web), TestActor);
        Assert.Null(ExpectMsg<ServiceDetails>().Spec.Container.PinnedImage);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":1")]
    public void A_service_whose_image_has_a_digest_runs_the_one_that_nodes_know_by_it(string tag)
    {
        var name = $"web{tag}@{Digest.Of([3])}";
        FindByDigest = (asked, _) => Task.FromResult<Digest?>(
            asked == ImageReference.Parse(name) ? Digest.Of([7]) : null);
        var entity = StartEntity();

        entity.Tell(Unpinned(name), TestActor);
        ExpectMsg<ServiceAccepted>();

        // So it is placed where its layers are, and brought to standbys.
        Assert.Equal(Digest.Of([7]), Placers.ExpectMsg<PlaceTasks>().Image);
        entity.Tell(new GetService(Web), TestActor);
        Assert.Equal(Digest.Of([7]), ExpectMsg<ServiceDetails>().Spec.Container.PinnedImage);
        Images.ExpectNoMsg(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_whose_digest_nobody_knows_or_tells_runs_by_it_and_its_first_task_pins_it(bool isSilent)
    {
        var name = $"web@{Digest.Of([3])}";
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        FindByDigest = (_, _) =>
        {
            asked.SetResult();
            return isSilent
                ? new TaskCompletionSource<Digest?>().Task
                : Task.FromException<Digest?>(new IOException("no list of nodes"));
        };
        var entity = StartEntity();

        entity.Tell(Unpinned(name), TestActor);
        await asked.Task;
        if (isSilent) Advance(2 * Second);
        ExpectMsg<ServiceAccepted>();
        Assert.Null(Placers.ExpectMsg<PlaceTasks>().Image);
        entity.Tell(new ImageResolved(Web, name, Digest.Of([7])), TestActor);

        entity.Tell(new GetService(Web), TestActor);
        Assert.Equal(Digest.Of([7]), ExpectMsg<ServiceDetails>().Spec.Container.PinnedImage);
    }

    private static DeployService Unpinned(string image = "busybox")
    {
        var deploy = Deploy("r1");
        return deploy with
        {
            Spec = deploy.Spec with { Container = deploy.Spec.Container with { Image = image, PinnedImage = null } }
        };
    }
}
