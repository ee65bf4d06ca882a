using Swarm.Core.Containers;

namespace Swarm.Runtime.Tests;

public sealed class RefusalTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly EnumerationOptions Deeply = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2 };

    private static ContainerSpec Sleep => EngineFixture.Shell("sleep 600");

    public static TheoryData<string, string> Refusals => new()
    {
        { "program", "exec: \"/nope\": stat /nope: no such file or directory" },
        { "user", "unable to find user nobody-here: no matching entries in passwd file" },
        { "bind", "invalid mount config for type \"bind\": bind source path does not exist: /no/such/place" },
        { "image", "image other is not on this host: `swarm image load` brings it there" },
        { "capability", "invalid CapAdd: unknown capability: \"CAP_FLY\"" },
        { "signal", "Invalid signal: SIGNOPE" },
        { "sysctl", "sysctl kernel.panic is not one of a container's own" },
        { "host", "extra host 'db' is not as NAME:ADDRESS" },
        { "network", "these tests have no bridge" },
        { "processors", "Invalid value 3-1 for cpuset cpus: invalid format: 3-1" },
        { "nodes", "Invalid value a for cpuset mems: invalid format: a" },
        { "folder", "Cannot mkdir: /etc/passwd is not a directory" },
        { "way", "Cannot mkdir: /etc/passwd/x is not a directory" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_is_refused_by_name_and_nothing_is_left(string what, string message)
    {
        var spec = what switch
        {
            "program" => Sleep with { Command = ["/nope"] },
            "user" => Sleep with { User = "nobody-here" },
            "bind" => Sleep with { Mounts = [new MountSpec(MountKind.Bind, "/no/such/place", "/x")] },
            "image" => Sleep with { Image = "other" },
            "capability" => Sleep with { AddCapabilities = ["FLY"] },
            "signal" => Sleep with { StopSignal = "SIGNOPE" },
            "sysctl" => Sleep with { Sysctls = Sleep.Sysctls.Add("kernel.panic", "1") },
            "processors" => Sleep with { Limits = Sleep.Limits with { CpuSet = "3-1" } },
            "nodes" => Sleep with { Limits = Sleep.Limits with { MemoryNodes = "a" } },
            "network" => Sleep with { NetworkMode = NetworkMode.Bridge },
            "folder" => Sleep with { WorkingDirectory = "/etc/passwd" },
            "way" => Sleep with { WorkingDirectory = "/etc/passwd/x" },
            _ => Sleep with { ExtraHosts = ["db"] },
        };
        var definition = EngineFixture.Define(spec);

        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.CreateAsync(definition, default));

        Assert.Equal(message, refused.Message);
        Assert.Null(fixture.Engine.Find(definition.Id));
        Assert.Empty(fixture.FilesOf(definition.Id));
    }

    private static readonly (string Field, Func<string, ContainerSpec> With)[] Fields =
    [
        ("Devices", odd => Sleep with { Devices = [new DeviceSpec(odd)] }),
        ("Devices.Target", odd => Sleep with { Devices = [new DeviceSpec("/dev/null", odd)] }),
        ("Devices.Access", odd => Sleep with { Devices = [new DeviceSpec("/dev/null", "/dev/x", odd)] }),
        ("Groups", odd => Sleep with { Groups = [odd] }),
        ("User", odd => Sleep with { User = odd }),
        ("DnsServers", odd => Sleep with { DnsServers = [odd] }),
        ("DnsSearch", odd => Sleep with { DnsSearch = [odd] }),
        ("DnsOptions", odd => Sleep with { DnsOptions = [odd] }),
        ("ExtraHosts", odd => Sleep with { ExtraHosts = [odd] }),
        ("VolumesFrom", odd => Sleep with { VolumesFrom = [odd] }),
        ("Sysctls", odd => Sleep with { Sysctls = Sleep.Sysctls.Add(odd, "1") }),
        ("AddCapabilities", odd => Sleep with { AddCapabilities = [odd] }),
        ("DropCapabilities", odd => Sleep with { DropCapabilities = [odd] }),
        ("Ulimits", odd => Sleep with { Ulimits = [new Ulimit(odd, 1, 1)] }),
        ("Environment", odd => Sleep with { Environment = [odd] }),
        ("Seccomp", odd => Sleep with { Seccomp = odd }),
        ("Annotations", odd => Sleep with { Annotations = Sleep.Annotations.Add(odd, odd) }),
        ("StopSignal", odd => Sleep with { StopSignal = odd }),
        ("Log", odd => Sleep with { Log = new LogSettings(odd) }),
        ("Limits.CpuSet", odd => Sleep with { Limits = Sleep.Limits with { CpuSet = odd } }),
        ("Cgroup.Parent", odd => Sleep with { Cgroup = Sleep.Cgroup with { Parent = odd } }),
        ("Cgroup.DeviceRules", odd => Sleep with { Cgroup = Sleep.Cgroup with { DeviceRules = [odd] } }),
        ("BlockThrottles", odd => Sleep with
        {
            BlockThrottles = [new BlockThrottle(BlockThrottleKind.ReadBytes, odd, 1)],
        }),
        ("Mounts.Bind", odd => Sleep with { Mounts = [new MountSpec(MountKind.Bind, odd, "/x")] }),
        ("Mounts.Volume", odd => Sleep with { Mounts = [new MountSpec(MountKind.Volume, odd, "/x")] }),
        ("Mounts.Image", odd => Sleep with { Mounts = [new MountSpec(MountKind.Image, odd, "/x")] }),
        ("Links", odd => Sleep with { Links = [new LinkSpec(odd, odd)] }),
    ];

    /// <remarks>Whose fault it is decides between 400 and 500.</remarks>
    [Fact]
    public async Task Whatever_a_field_is_it_is_taken_or_refused_as_its_callers_fault()
    {
        var wrong = new List<string>();
        foreach (var (field, with) in Fields)
        {
            foreach (var odd in (string[])["", " ", "x", ":", "=", "a\nb"])
            {
                var definition = EngineFixture.Define(with(odd));
                var refused = await Record.ExceptionAsync(() => fixture.Engine.CreateAsync(definition, default));
                var isWrong = refused is not (null or ContainerException { Fault: not ContainerFault.Host });
                if (isWrong) wrong.Add($"{field} = \"{odd}\": {refused!.GetType().Name} {refused.Message}");
                await fixture.Engine.RemoveAsync(definition.Id, default);
                if (fixture.FilesOf(definition.Id).Length > 0) wrong.Add($"{field} = \"{odd}\" left files");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public async Task Fewer_open_files_than_a_program_can_be_started_with_are_told_and_nothing_is_left(long files)
    {
        var definition = EngineFixture.Define(Sleep with { Ulimits = [new Ulimit("nofile", files, 20)] });

        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.CreateAsync(definition, default));

        Assert.StartsWith(
            $"ulimit nofile={files} is too low: with so few open files \"sh\" could not be started (crun: ",
            refused.Message, StringComparison.Ordinal);
        Assert.Equal(ContainerFault.Invalid, refused.Fault);
        Assert.Empty(fixture.FilesOf(definition.Id));
        Assert.DoesNotContain(
            Directory.GetDirectories("/sys/fs/cgroup", fixture.Options.CgroupParent[1..], Deeply),
            parent => Directory.GetDirectories(parent, $"*{definition.Id.Value[..24]}*").Length > 0);
    }

    [Theory]
    [InlineData("0,900", "", "Requested CPUs are not available - requested 0,900, available: 0")]
    [InlineData("", "0-900", "Requested memory nodes are not available - requested 0-900, available: 0")]
    public async Task Processors_that_are_not_there_are_refused_before_the_first_start(
        string processors, string nodes, string message)
    {
        var limits = ResourceLimits.None with { CpuSet = processors, MemoryNodes = nodes };
        var definition = EngineFixture.Define(Sleep with { Limits = limits });

        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.DefineAsync(definition, default));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
        Assert.Null(fixture.Engine.Find(definition.Id));
    }

    [Fact]
    public void What_is_unknown_is_said_to_be() => Assert.Equal(
        ContainerFault.NotFound,
        Assert.Throws<ContainerException>(() => fixture.Engine.Signal(new Core.ContainerId("0123"), 15)).Fault);

    [Fact]
    public async Task Making_that_is_called_off_before_it_begins_gives_the_name_back()
    {
        var definition = EngineFixture.Define(Sleep);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => fixture.Engine.CreateAsync(definition, new CancellationToken(canceled: true)));

        var other = EngineFixture.Define(Sleep) with { Name = definition.Name };
        await fixture.Engine.CreateAsync(other, default);
        Assert.NotNull(fixture.Engine.Find(other.Id));
        Assert.Null(fixture.Engine.Find(definition.Id));
        Assert.Empty(fixture.FilesOf(definition.Id));
        await fixture.Engine.RemoveAsync(other.Id, default);
    }
}
