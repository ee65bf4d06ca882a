using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Client.Tests.Clusters;

/// <summary>The contact in use dies in the middle of a command.</summary>
public sealed class FailoverTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly ServiceName Web = new("web");

    [Fact]
    public async Task A_request_goes_on_through_another_contact_with_its_id()
    {
        await using var first = await Contact.StartAsync(Accept);
        await using var second = await Contact.StartAsync(Accept, first);
        (first.IsSilent, second.IsSilent) = (true, true);
        await using var client = Connect(first, second);

        var scaling = client.ScaleAsync(Web, 3);
        var (used, asked) = await FirstAskedAsync(first, second);
        var other = used == first ? second : first;
        other.IsSilent = false;
        await used.KillAsync();
        var accepted = await scaling;

        var repeated = Assert.IsType<ScaleService>(await other.Asked.ReadAsync());
        Assert.Equal(((ScaleService)asked).Request, repeated.Request);
        Assert.Equal(repeated.Request, accepted.Request);
    }

    [Fact]
    public async Task A_contact_that_nobody_answers_at_does_not_matter()
    {
        await using var only = await Contact.StartAsync(Accept);
        await using var client = SwarmClient.Connect(
            new SwarmClientOptions { Contacts = ["127.0.0.1:1", "no-such-host.invalid:4000", only.Address] });

        Assert.True((await client.ScaleAsync(Web, 3)).Changed);
    }

    [Fact]
    public async Task A_node_is_found_by_a_name_though_it_calls_itself_by_its_address()
    {
        await using var only = await Contact.StartAsync(Accept);
        await using var client = SwarmClient.Connect(new SwarmClientOptions
        {
            Contacts = [only.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)],
            Timeout = Patience,
        });

        Assert.True((await client.ScaleAsync(Web, 3)).Changed);
    }

    [Fact]
    public async Task Logs_that_are_followed_go_on_through_another_contact()
    {
        await using var first = await Contact.StartAsync(LogPage);
        await using var second = await Contact.StartAsync(LogPage, first);
        await using var client = Connect(first, second);
        using var enough = new CancellationTokenSource();
        var lines = client.ReadLogsAsync(Web, tail: null, follow: true, _ => { }, enough.Token).GetAsyncEnumerator();

        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("line 1", lines.Current.Text);
        var (used, _) = await FirstAskedAsync(first, second);
        await used.KillAsync();
        var read = new List<string>();
        while (read.Count < 3 && await lines.MoveNextAsync()) read.Add(lines.Current.Text);

        Assert.Equal(["line 2", "line 3", "line 4"], read);
        await lines.DisposeAsync();
    }

    [Fact]
    public async Task Waiting_goes_on_through_another_contact()
    {
        var state = TaskState.Starting;
        await using var first = await Contact.StartAsync(_ => Describe(state));
        await using var second = await Contact.StartAsync(_ => Describe(state), first);
        await using var client = Connect(first, second);

        var waiting = client.WaitAsync(Web);
        var (used, _) = await FirstAskedAsync(first, second);
        await used.KillAsync();
        state = TaskState.Running;

        Assert.Equal(ProgressOutcome.Reached, (await waiting).Outcome);
    }

    [Fact]
    public async Task Waiting_goes_on_after_a_while_without_an_answer()
    {
        var state = TaskState.Starting;
        await using var only = await Contact.StartAsync(_ => Describe(state));
        await using (var slow = Connect(only)) await slow.GetServiceAsync(Web);
        var timeout = TimeSpan.FromSeconds(3);
        await using var client = SwarmClient.Connect(
            new SwarmClientOptions { Contacts = [only.Address], Timeout = timeout });
        var isSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var waiting = client.WaitAsync(Web, _ => isSeen.TrySetResult());
        await isSeen.Task.WaitAsync(Patience);
        only.IsSilent = true; // the owner of the service comes up elsewhere
        await Task.Delay(2 * timeout);
        state = TaskState.Running;
        only.IsSilent = false;

        Assert.Equal(ProgressOutcome.Reached, (await waiting).Outcome);
    }

    [Fact]
    public async Task A_program_that_ends_soon_after_each_start_does_not_run()
    {
        var looks = 0;
        await using var only = await Contact.StartAsync(_ => ++looks > 6 ? Failed() : Restarted(looks));
        await using var client = Connect(only);

        var outcome = await client.WaitAsync(Web);

        Assert.Equal(ProgressOutcome.Failed, outcome.Outcome);

        static ServiceDetails Restarted(int times)
        {
            var seen = Describe(TaskState.Running);
            var container = new ContainerObservation { Id = new ContainerId("c"), Restarts = times };
            return seen with { Tasks = [seen.Tasks[0] with { Container = container }] };
        }

        static ServiceDetails Failed() => Describe(TaskState.Failed) with { GivenUp = 1 };
    }

    [Fact]
    public async Task Who_waits_for_the_end_of_a_service_hears_when_it_is_forgotten()
    {
        var looks = 0;
        await using var only = await Contact.StartAsync(_ => ++looks < 4
            ? Describe(TaskState.Running) with { Removing = true }
            : new RequestRefused("there is no service web") { NotFound = true });
        await using var client = Connect(only);

        await client.WaitUntilGoneAsync(Web);

        Assert.True(looks >= 4, $"it gave up after {looks} looks");
    }

    private static SwarmClient Connect(params Contact[] contacts) => SwarmClient.Connect(
        new SwarmClientOptions { Contacts = [.. contacts.Select(contact => contact.Address)], Timeout = Patience });

    private static async Task<(Contact Used, object Asked)> FirstAskedAsync(Contact first, Contact second)
    {
        var (left, right) = (first.Asked.WaitToReadAsync().AsTask(), second.Asked.WaitToReadAsync().AsTask());
        var used = await Task.WhenAny(left, right) == left ? first : second;
        return (used, await used.Asked.ReadAsync());
    }

    private static ServiceAccepted? Accept(object message) =>
        message is ScaleService scale ? new ServiceAccepted(scale.Request, scale.Service, 2, Changed: true) : null;

    /// <summary>One line a page, numbered on from the page before, whoever gives it.</summary>
    private static ServiceLogPage? LogPage(object message)
    {
        if (message is not GetServiceLogs logs) return null;
        var number = logs.Positions.TryGetValue("t.1", out var position) ? int.Parse(position, null) + 1 : 1;
        return new ServiceLogPage(
            [new LogLine(new TaskId("t.1"), 1, DateTimeOffset.UnixEpoch, false, $"line {number}")],
            ImmutableSortedDictionary<string, string>.Empty.Add("t.1", $"{number}"), More: true, []);
    }

    private static ServiceDetails Describe(TaskState state) => new(
        new ServiceId("id"), new ServiceSpec { Name = Web, Container = new ContainerSpec { Image = "a" } }, 1,
        UpdateStatus.None, [new ServiceTask(new TaskId("id.1"), 1, 1, TaskState.Running, state)]);
}
