using Swarm.Client.Compose;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Client.Tests;

public sealed class ComposeFileTests
{
    private static readonly Dictionary<string, string> Environment =
        new() { ["HOME"] = "/home/ann", ["SET"] = "s", ["EMPTY"] = "" };

    private static readonly ComposeStack Whole =
        ComposeFile.Load(Path.Combine(AppContext.BaseDirectory, "whole.compose.yml"), null, Environment);

    private static ServiceSpec Web => Whole.Services[0];

    [Fact]
    public void Services_networks_and_volumes_bear_the_name_of_the_stack()
    {
        Assert.Equal(["shop_web", "shop_job"], Whole.Services.Select(service => service.Name.Value));
        Assert.All(Whole.Services, service => Assert.Equal("shop", service.Stack));
        Assert.Equal(["shop_front", "shared"], Web.Container.Networks.AsEnumerable());
        Assert.Equal("shop_data", Web.Container.Mounts[0].Source);
    }

    [Fact]
    public void A_whole_container_is_read()
    {
        var container = Web.Container;

        Assert.Equal(["/bin/sh", "-c"], container.Entrypoint!.Value.AsEnumerable());
        Assert.Equal(["echo", "hello world", "and more"], container.Command!.Value.AsEnumerable());
        Assert.Equal(["A=1", "HOME=/home/ann"], container.Environment.AsEnumerable());
        Assert.Equal(("1000:1000", "/srv", "web", "SIGINT"),
            (container.User, container.WorkingDirectory, container.Hostname, container.StopSignal));
        Assert.Equal(TimeSpan.FromSeconds(1.5), container.StopGrace);
        Assert.Equal(["CAP_NET_ADMIN"], container.AddCapabilities.AsEnumerable());
        Assert.Equal(["ALL"], container.DropCapabilities.AsEnumerable());
        Assert.True(container.ReadOnlyRoot && container.NoNewPrivileges);
        Assert.Equal(["db:10.0.0.9"], container.ExtraHosts.AsEnumerable());
        Assert.Equal(["10.0.0.53"], container.DnsServers.AsEnumerable());
        Assert.Equal(Bytes.FromMebibytes(1024), container.ShmSize);
        Assert.Equal(["CMD-SHELL", "curl localhost"], container.HealthCheck!.Test.AsEnumerable());
        Assert.Equal(TimeSpan.FromSeconds(90), container.HealthCheck.Interval);
    }

    [Fact]
    public void Ports_of_both_forms_are_read_and_ranges_written_out() => Assert.Equal(
        [
            new PublishedPort(80, 8000, PortProtocol.Udp, PublishMode.Ingress, "127.0.0.1"),
            new PublishedPort(81, 8001, PortProtocol.Udp, PublishMode.Ingress, "127.0.0.1"),
            new PublishedPort(443, 8443, PortProtocol.Tcp, PublishMode.Host),
        ],
        Web.Container.Ports.AsEnumerable());

    [Fact]
    public void Mounts_of_both_forms_are_read() => Assert.Equal(
        [
            new MountSpec(MountKind.Volume, "shop_data", "/data"),
            new MountSpec(MountKind.Bind, Path.Combine(AppContext.BaseDirectory, "conf"), "/etc/conf", ReadOnly: true)
            {
                CreateSource = true
            },
            new MountSpec(MountKind.Tmpfs, "", "/scratch") { Size = Bytes.FromMebibytes(8), Mode = 448 },
            new MountSpec(MountKind.Tmpfs, "", "/run") { Size = Bytes.FromMebibytes(1) },
        ],
        Web.Container.Mounts.AsEnumerable());

    [Fact]
    public void Merge_keys_limits_and_policies_are_read()
    {
        Assert.Equal(new ResourceLimits(new MilliCpu(500), Bytes.FromMebibytes(64), 100), Web.Container.Limits);
        Assert.Equal(new Resources(new MilliCpu(250), Bytes.FromMebibytes(32)), Web.Reservations);
        Assert.Equal(new ServiceMode.Replicated(2), Web.Mode);
        Assert.Equal(
            new RestartPolicy
            {
                Condition = RestartCondition.OnFailure,
                MaxAttempts = 3,
                Delay = TimeSpan.FromSeconds(1),
                Window = TimeSpan.FromHours(1)
            },
            Web.Restart);
        Assert.Equal(
            new UpdatePolicy
            {
                Parallelism = 2,
                Order = UpdateOrder.StartFirst,
                FailureAction = UpdateFailureAction.Rollback,
                Monitor = TimeSpan.FromSeconds(3),
                MaxFailureRatio = 0.25,
            },
            Web.Update);
        Assert.Equal(["node.labels.zone == a"], Web.Placement.Constraints.AsEnumerable());
        Assert.Equal(["node.labels.rack"], Web.Placement.SpreadOver.AsEnumerable());
        Assert.Equal(4, Web.Placement.MaxPerNode);
        // By it the nodes know that the service has its name in the file, too.
        Assert.Equal(Web.Stack, Web.Container.Labels["com.docker.stack.namespace"]);
    }

    [Fact]
    public void A_job_runs_all_its_replicas_at_once_and_is_tried_again_on_failure()
    {
        var job = Whole.Services[1];

        Assert.Equal(new ServiceMode.ReplicatedJob(3, 3), job.Mode);
        Assert.Equal(RestartCondition.OnFailure, job.Restart.Condition);
        Assert.Equal(NetworkMode.None, job.Container.NetworkMode);
    }

    [Theory]
    [InlineData("$SET", "s")]
    [InlineData("${SET}x", "sx")]
    [InlineData("$$SET", "$SET")]
    [InlineData("${EMPTY:-d}", "d")]
    [InlineData("${EMPTY-d}", "")]
    [InlineData("${NO:-${SET}}", "s")]
    [InlineData("${SET:+alt}", "alt")]
    [InlineData("a${NO:+alt}", "a")]
    [InlineData("${EMPTY?gone}", "")]
    public void Variables_are_filled_in(string written, string read)
    {
        var stack = ComposeFile.Parse($"services: {{a: {{image: a, user: \"{written}\"}}}}", "f.yml", "s", Environment);

        Assert.Equal(read, stack.Services[0].Container.User);
    }

    [Fact]
    public void A_variable_that_is_not_set_is_warned_of()
    {
        var stack = ComposeFile.Parse("services: {a: {image: a, user: \"x$NO\"}}", "f.yml", "s", Environment);

        Assert.Equal("f.yml:1:32: the variable NO is not set; it stands for nothing", Assert.Single(stack.Warnings));
    }

    [Theory]
    [InlineData("1h5m30s20ms", 3_930_020)]
    [InlineData("1.5s", 1500)]
    [InlineData("0", 0)]
    [InlineData("250us", 0.25)]
    public void Durations_are_read(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMicroseconds(milliseconds * 1000), Formats.Duration(text));

    [Theory]
    [InlineData("12", 12)]
    [InlineData("2kb", 2048)]
    [InlineData("1.5M", 1_572_864)]
    [InlineData("1gb", 1_073_741_824)]
    public void Sizes_are_read(string text, long bytes) => Assert.Equal(new Bytes(bytes), Formats.Size(text));

    [Theory]
    [InlineData("/srv/My Shop/compose.yml", null, "myshop")]
    [InlineData("/srv/x/compose.yml", "given", "given")]
    public void The_stack_is_named_by_the_caller_else_by_the_folder(string file, string? given, string expected) =>
        Assert.Equal(expected, ComposeFile.Parse("services: {a: {image: a}}", file, given, Environment).Name);

    [Fact]
    public void Files_of_variables_stand_below_the_services_own()
    {
        var folder = Directory.CreateTempSubdirectory("swarm-compose-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, ".env"), "TAG=7\n");
            File.WriteAllText(
                Path.Combine(folder.FullName, "a.env"), "# words\nexport A=file # said\nB=\"two\\nlines\"\nC='$SET'\n");
            var file = Path.Combine(folder.FullName, "compose.yml");
            File.WriteAllText(file, "services: {a: {image: \"i:$TAG\", env_file: a.env, environment: {A: own}}}");

            var service = ComposeFile.Load(file, "s", Environment).Services[0];

            Assert.Equal("i:7", service.Container.Image);
            Assert.Equal(["A=own", "B=two\nlines", "C=$SET"], service.Container.Environment.AsEnumerable());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
