using Akka.Actor;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Hosting;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Tests.Hosting;

public sealed class SwarmClusterTests
{
    private static readonly ServiceName Web = new("web");

    [Fact]
    public async Task A_deployed_service_orders_its_tasks_from_the_node_and_is_listed()
    {
        using var file = new JournalFile();
        await using var host = await OneHost.StartAsync(file.Path);
        await host.RegisterAsync();

        var accepted = await host.AskAsync<ServiceAccepted>(Deploy("r1", replicas: 3));
        var order = await host.NextAsync<ApplyServiceTasks>(order => order.Tasks.Length == 3);

        Assert.Equal(new ServiceAccepted(new RequestId("r1"), Web, Version: 1, Changed: true), accepted);
        Assert.Equal(Web, order.Service);
        Assert.Equal("busybox", order.Templates.Single().Container.Image);
        await host.UntilAsync<NodeList>(new GetNodes(), list => list.Nodes is [{ Reachable: true }]);
        await host.UntilAsync<ServiceList>(new GetServices(), list => list.Services is [{ Desired: 3 }]);
    }

    [Fact]
    public async Task After_a_restart_services_come_back_without_any_message_and_repeat_their_orders()
    {
        using var file = new JournalFile();
        ApplyServiceTasks before;
        await using (var host = await OneHost.StartAsync(file.Path))
        {
            await host.RegisterAsync();
            await host.AskAsync<ServiceAccepted>(Deploy("r1", replicas: 2));
            before = await host.NextAsync<ApplyServiceTasks>(order => order.Tasks.Length == 2);
            host.Answer(new TasksApplied(Web, OneHost.Node, before.Sequence));
        }

        await using var again = await OneHost.StartAsync(file.Path);
        await again.RegisterAsync();
        var order = await again.NextAsync<ApplyServiceTasks>();

        Assert.Equal(before.Tasks.AsEnumerable(), order.Tasks);
        Assert.Equal(before.Id, order.Id);
        Assert.True(order.Sequence >= before.Sequence);
    }

    [Fact]
    public async Task A_node_that_is_ready_lists_every_service_that_the_journal_has_and_none_that_was_removed()
    {
        using var file = new JournalFile();
        await using (var host = await OneHost.StartAsync(file.Path))
        {
            for (var i = 10; i < 40; i++) await host.AskAsync<ServiceAccepted>(Deploy($"r{i}", 1, $"web{i}"));
            await host.AskAsync<ServiceAccepted>(Deploy("r1", 1));
            await host.AskAsync<ServiceAccepted>(new RemoveService(new RequestId("r2"), Web));
            await host.UntilAsync<ServiceList>(new GetServices(), list => list.Services.Length == 30);
        }

        await using var again = await OneHost.StartAsync(file.Path);
        var list = await again.AskAsync<ServiceList>(new GetServices());

        Assert.Equal(
            Enumerable.Range(10, 30).Select(i => $"web{i}"), list.Services.Select(service => service.Name.Value));
    }

    [Fact]
    public async Task A_service_waits_for_a_node_and_is_placed_as_soon_as_one_has_reported()
    {
        using var file = new JournalFile();
        await using var host = await OneHost.StartAsync(file.Path);
        await host.AskAsync<ServiceAccepted>(Deploy("r1", replicas: 1));

        await host.RegisterAsync();

        Assert.Single((await host.NextAsync<ApplyServiceTasks>()).Tasks);
    }

    [Fact]
    public async Task A_removed_service_is_forgotten_and_its_name_used_again_goes_on_counting()
    {
        using var file = new JournalFile();
        await using var host = await OneHost.StartAsync(file.Path);
        await host.RegisterAsync();
        await host.AskAsync<ServiceAccepted>(Deploy("r1", replicas: 1));
        var first = await host.NextAsync<ApplyServiceTasks>();
        await host.AskAsync<ServiceAccepted>(new RemoveService(new RequestId("r2"), Web));
        var removal = await host.NextAsync<ApplyServiceTasks>(
            order => order.Tasks.All(task => task.Desired > TaskState.Running));
        host.Answer(new TasksApplied(Web, OneHost.Node, removal.Sequence));
        host.Answer(new ReportTasks(Web, OneHost.Node, 1,
            [new TaskReport(first.Tasks[0].Task, TaskState.Remove, "", DateTimeOffset.UnixEpoch, null)]));
        await host.NextAsync<TasksReportKept>();

        Assert.True((await host.AskAsync<RequestRefused>(new GetService(Web))).NotFound);
        await host.AskAsync<ServiceAccepted>(Deploy("r3", replicas: 1));
        var second = await host.NextAsync<ApplyServiceTasks>(order => order.Id != first.Id);

        Assert.True(second.Sequence > removal.Sequence);
    }

    [Fact]
    public async Task Operators_settings_of_a_node_are_kept_over_a_restart_and_told_to_the_node()
    {
        using var file = new JournalFile();
        await using (var host = await OneHost.StartAsync(file.Path))
        {
            await host.RegisterAsync();
            await host.AskAsync<NodeUpdated>(
                new UpdateNode(new RequestId("u1"), OneHost.Node) { Availability = NodeAvailability.Drain });
            var told = await host.NextAsync<NodeRegistered>();
            Assert.Equal(NodeAvailability.Drain, told.Settings.Availability);
        }

        await using var again = await OneHost.StartAsync(file.Path);

        Assert.Equal(NodeAvailability.Drain,
            (await again.AskAsync<NodeDetails>(new GetNode(OneHost.Node))).Settings.Availability);
        Assert.True((await again.AskAsync<RequestRefused>(new GetNode(new NodeId("other")))).NotFound);
    }

    [Fact]
    public async Task A_node_that_does_not_come_back_is_forgotten_and_one_in_the_cluster_is_not()
    {
        var gone = new NodeId("gone");
        var register = new RegisterNode(OneHost.Describe("akka.tcp://swarm@127.0.0.1:1", gone.Value));
        using var file = new JournalFile();
        await using (var host = await OneHost.StartAsync(file.Path))
        {
            await host.RegisterAsync();
            await OneHost.AskAsync<NodeRegistered>(host.Cluster.Nodes, register);
            await host.UntilAsync<NodeList>(new GetNodes(), list => list.Nodes.Length == 2);

            var refused = await host.AskAsync<RequestRefused>(new RemoveNode(new RequestId("r1"), OneHost.Node));
            await host.AskAsync<NodeRemoved>(new RemoveNode(new RequestId("r2"), gone));
            await host.AskAsync<NodeRemoved>(new RemoveNode(new RequestId("r3"), gone));

            Assert.StartsWith("node one is in the cluster", refused.Reason, StringComparison.Ordinal);
            Assert.True((await host.AskAsync<RequestRefused>(new GetNode(gone))).NotFound);
            await host.UntilAsync<NodeList>(new GetNodes(), list => list.Nodes.Length == 1);
        }

        await using var again = await OneHost.StartAsync(file.Path);
        await again.RegisterAsync();
        Assert.True((await again.AskAsync<RequestRefused>(
            new UpdateNode(new RequestId("u1"), gone) { Availability = NodeAvailability.Drain })).NotFound);
        await again.UntilAsync<NodeList>(
            new GetNodes(), list => list.Nodes.Select(node => node.Node.Id).SequenceEqual([OneHost.Node]));
        await OneHost.AskAsync<NodeRegistered>(again.Cluster.Nodes, register);
        await again.UntilAsync<NodeList>(new GetNodes(), list => list.Nodes.Length == 2);
    }

    [Fact]
    public async Task An_image_name_means_in_the_cluster_what_a_node_said_and_pins_what_is_deployed()
    {
        using var file = new JournalFile();
        await using var host = await OneHost.StartAsync(file.Path);
        await host.AskAsync<ImageNamed>(new NameImage(
            new RequestId("n1"), "docker.io/library/busybox", "latest", Digest.Of([1]), OneHost.Node));

        await host.AskAsync<ServiceAccepted>(Deploy("r1", replicas: 1));

        var service = await host.AskAsync<ServiceDetails>(new GetService(Web));
        Assert.Equal(Digest.Of([1]), service.Spec.Container.PinnedImage);
    }

    [Fact]
    public async Task A_cluster_client_outside_is_answered_in_the_same_words()
    {
        using var file = new JournalFile();
        await using var host = await OneHost.StartAsync(file.Path);
        await host.RegisterAsync();
        using var outside = ActorSystem.Create("outside", ConfigurationFactory.ParseString($$"""
            akka { loglevel = ERROR, actor.provider = remote
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
              cluster.client.initial-contacts = ["{{host.Cluster.Address}}/system/receptionist"] }
            """).WithFallback(WireConfiguration.Hocon)
            .WithFallback(ClusterClientReceptionist.DefaultConfig()).WithFallback(DistributedPubSub.DefaultConfig()));
        var client = outside.ActorOf(ClusterClient.Props(ClusterClientSettings.Create(outside)));

        var accepted = await OneHost.AskAsync<ServiceAccepted>(
            client, new ClusterClient.Send(Gateway.Path, Deploy("r1", 2)));
        var refused = await OneHost.AskAsync<RequestRefused>(
            client, new ClusterClient.Send(Gateway.Path, new GetService(new ServiceName("none"))));

        Assert.True(accepted.Changed);
        Assert.True(refused.NotFound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_journal_that_is_not_in_its_place_any_more_takes_nothing_and_is_told(bool isReplaced)
    {
        using var file = new JournalFile();
        await using var host = await OneHost.StartAsync(file.Path);
        await host.AskAsync<ServiceAccepted>(Deploy("r1", replicas: 1));
        Assert.Null(await host.Cluster.FindFaultAsync());

        File.Move(file.Path, file.Path + ".moved");
        if (isReplaced) File.Copy(file.Path + ".moved", file.Path);

        var refused = await host.AskAsync<RequestRefused>(Deploy("r2", replicas: 2));
        var expected = $"the journal {file.Path} was {(isReplaced ? "replaced" : "deleted")}";
        Assert.Contains(expected, refused.Reason, StringComparison.Ordinal);
        Assert.Contains(expected, await host.Cluster.FindFaultAsync(), StringComparison.Ordinal);

        File.Move(file.Path + ".moved", file.Path, overwrite: true);
        await host.UntilFaultAsync(fault => fault is null);
    }

    [Fact]
    public void A_journal_that_cannot_be_opened_is_named_before_anything_starts()
    {
        using var file = new JournalFile();
        File.WriteAllText(file.Path, "this is no database, and long enough to be told from an empty one");
        var options = new ClusterOptions { Journal = new JournalOptions.Sqlite(file.Path) };

        var refused = Assert.Throws<ClusterStartException>(
            () => SwarmCluster.Start(options, _ => Props.Empty, NullLoggerFactory.Instance, TimeProvider.System));

        Assert.Contains(file.Path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var file = new JournalFile();
        await using var host = await OneHost.StartAsync(file.Path);
        var port = Address.Parse(host.Cluster.Address).Port!.Value;
        var options = new ClusterOptions { Journal = new JournalOptions.Sqlite(file.Path), Port = port };

        var refused = Assert.Throws<ClusterStartException>(
            () => SwarmCluster.Start(options, _ => Props.Empty, NullLoggerFactory.Instance, TimeProvider.System));

        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_with_the_options_is_said_together()
    {
        var options = new ClusterOptions
        {
            Journal = new JournalOptions.PostgreSql(""),
            Port = 70_000,
            Seeds = ["nowhere"],
            RequestTimeout = TimeSpan.FromMinutes(1),
        };

        Assert.Equal(3, options.Check().Length);
    }

    internal static DeployService Deploy(string request, int replicas, string name = "web") => new(
        new RequestId(request),
        new ServiceSpec
        {
            Name = new ServiceName(name),
            Container = new ContainerSpec { Image = "busybox" },
            Mode = new ServiceMode.Replicated(replicas),
        });
}
