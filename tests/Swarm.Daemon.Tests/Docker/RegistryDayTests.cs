using Swarm.Client.Registries;
using Swarm.Core.Services;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>Images on their way between a host and a registry, with the <c>docker</c> command.</summary>
public sealed class RegistryDayTests(SharedNode shared, DebianRegistry registry)
    : IClassFixture<SharedNode>, IClassFixture<DebianRegistry>
{
    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);

    [Fact]
    public async Task An_image_is_pushed_removed_and_pulled_again_by_running_it()
    {
        var name = $"{registry.Host}/day/box:1";
        await _docker.DoAsync("tag", "box", name);

        Assert.Contains("1: digest: sha256:", await _docker.DoAsync("push", name), StringComparison.Ordinal);
        var digests = await _docker.DoAsync("image", "inspect", "-f", "{{join .RepoDigests \",\"}}", name);
        var byDigest = Assert.Single(digests.Split(','), one => one.StartsWith(
            $"{registry.Host}/day/box@sha256:", StringComparison.Ordinal));
        Assert.Contains($"Untagged: {name}", await _docker.DoAsync("rmi", name), StringComparison.Ordinal);

        var run = await _docker.RunAsync("run", "--rm", name, "echo", "pulled");
        Assert.Equal((0, "pulled\n"), (run.ExitCode, run.Output));
        Assert.Contains($"Status: Downloaded newer image for {name}", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Image is up to date", await _docker.DoAsync("pull", name), StringComparison.Ordinal);
        Assert.Equal("by digest", await _docker.DoAsync("run", "--rm", byDigest, "echo", "by digest"));
        await _docker.DoAsync("rmi", name);
    }

    [Fact]
    public async Task All_tags_of_a_repository_go_and_come_at_once()
    {
        var repository = $"{registry.Host}/day/tags";
        await _docker.DoAsync("tag", "box", $"{repository}:1");
        await _docker.DoAsync("tag", "box", $"{repository}:2");
        await _docker.DoAsync("push", "--all-tags", repository);
        await _docker.DoAsync("rmi", $"{repository}:1", $"{repository}:2");

        await _docker.DoAsync("pull", "--all-tags", repository);

        Assert.Equal(
            "1\n2", await _docker.DoAsync("images", "--format", "{{.Tag}}", "--filter", $"reference={repository}:*"));
        await _docker.DoAsync("rmi", $"{repository}:1", $"{repository}:2");
    }

    [Fact]
    public async Task What_a_registry_does_not_have_and_who_it_does_not_know_is_told()
    {
        var missing = await _docker.RunAsync("pull", $"{registry.Host}/no/such:1");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("manifest unknown", missing.Errors, StringComparison.Ordinal);

        var away = await _docker.RunAsync("pull", "127.0.0.1:1/no/registry");
        Assert.Equal(1, away.ExitCode);
        Assert.Contains("http://127.0.0.1:1/v2/: ", away.Errors, StringComparison.Ordinal);

        var searched = await _docker.RunAsync("search", $"{registry.Host}/box");
        Assert.Contains("this registry has no search", searched.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_asks_who_it_is_wants_a_login_first()
    {
        var locked = new DebianRegistry(asksWho: true);
        await locked.InitializeAsync();
        var settings = Directory.CreateTempSubdirectory("swarm-docker-");
        try
        {
            string[] own = ["--config", settings.FullName];
            var name = $"{locked.Host}/private/box:1";
            await _docker.DoAsync("tag", "box", name);
            Assert.Equal(1, (await _docker.RunAsync([.. own, "push", name])).ExitCode);
            var wrong = await _docker.RunAsync(
                [.. own, "login", "-u", DebianRegistry.User, "-p", "wrong", locked.Host]);
            Assert.Equal(1, wrong.ExitCode);

            await _docker.DoAsync(
                [.. own, "login", "-u", DebianRegistry.User, "-p", DebianRegistry.Password, locked.Host]);
            await _docker.DoAsync([.. own, "push", name]);
            await _docker.DoAsync("rmi", name);
            Assert.Equal(1, (await _docker.RunAsync("pull", name)).ExitCode);
            await _docker.DoAsync([.. own, "pull", name]);
            await _docker.DoAsync("rmi", name);
        }
        finally
        {
            settings.Delete(recursive: true);
            await locked.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_service_shows_its_registry_what_docker_login_keeps_and_nobody_else()
    {
        var locked = new DebianRegistry(asksWho: true);
        await locked.InitializeAsync();
        var settings = Directory.CreateTempSubdirectory("swarm-docker-");
        try
        {
            string[] own = ["--config", settings.FullName];
            var name = $"{locked.Host}/private/service:1";
            await _docker.DoAsync("tag", "box", name);
            await _docker.DoAsync(
                [.. own, "login", "-u", DebianRegistry.User, "-p", DebianRegistry.Password, locked.Host]);
            await _docker.DoAsync([.. own, "push", name]);
            await _docker.DoAsync("rmi", name);
            var spec = TestNode.Read($$"""
                services:
                  locked: {image: "{{name}}", command: ["sleep", "600"], stop_grace_period: 0s}
                """);
            await shared.Node.Client.DeployAsync(spec);
            await shared.Node.UntilAsync(spec.Name, service => service.Tasks.Any(
                task => task.Reason.Contains("pulling it failed", StringComparison.Ordinal)));

            var logins = DockerLogins.Load(new Dictionary<string, string> { ["DOCKER_CONFIG"] = settings.FullName });
            await shared.Node.Client.DeployAsync(spec with { Credentials = await logins.FindAsync(locked.Host) });

            var running = await shared.Node.UntilAsync(
                spec.Name, service => service.Tasks.Any(task => task.State == TaskState.Running));
            Assert.Null(running.Spec.Credentials);
            var container = running.Tasks.First(task => task.State == TaskState.Running).Container!.Id.Value;
            Assert.DoesNotContain(
                DebianRegistry.Password, await _docker.DoAsync("inspect", container), StringComparison.Ordinal);
            await shared.Node.RemoveAsync(spec.Name);
        }
        finally
        {
            settings.Delete(recursive: true);
            await locked.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_service_brings_its_image_from_its_registry_and_says_why_it_cannot()
    {
        var name = $"{registry.Host}/day/service:1";
        await _docker.DoAsync("tag", "box", name);
        await _docker.DoAsync("push", name);
        await _docker.DoAsync("rmi", name);

        var spec = await shared.Node.RunAsync($$"""
            services:
              pulled:
                image: {{name}}
                command: ["sleep", "600"]
                stop_grace_period: 0s
            """);
        Assert.Equal(name, await _docker.DoAsync(
            "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", $"reference={name}"));
        await shared.Node.RemoveAsync(spec.Spec.Name);

        var lost = await shared.Node.DeployAsync($$"""
            services:
              lost:
                image: {{registry.Host}}/day/lost:1
                command: ["true"]
            """);
        await shared.Node.UntilAsync(lost.Name, service => service.Tasks.Any(
            task => task.Reason.Contains("manifest unknown", StringComparison.Ordinal)));
        await shared.Node.RemoveAsync(lost.Name);
    }
}
