using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Simulation.Clients;

/// <summary>Asks through any host, and asks again through another until it has an answer.</summary>
internal sealed class Client(Stage stage)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private int _requests;

    /// <summary>Requests without an answer.</summary>
    public int Open { get; private set; }

    public RequestId NewRequest() => new($"r{++_requests}");

    public void Ask(ServiceName service, object command, Action<object>? answered = null)
    {
        Open++;
        stage.Tally.Count("client: " + command.GetType().Name);
        stage.Trace.Say($"client: {command.GetType().Name} {service}");
        Try(service, command, answer =>
        {
            Open--;
            if (answer is RequestRefused refused) stage.Trace.Say($"client: {service} refused: {refused.Reason}");
            answered?.Invoke(answer);
        });
    }

    private void Try(ServiceName service, object command, Action<object> answered)
    {
        var isOver = false;
        var contacts = stage.Hosts.Where(host => host.Process is { Life.IsPaused: false }).ToList();
        if (contacts.Count > 0)
        {
            stage.Draws.Pick(contacts).Process!.ToService(service, command, (_, answer) =>
            {
                if (isOver) return;
                isOver = true;
                if (answer is RequestRefused { Reason: var reason } && reason.Contains("journal"))
                {
                    stage.Tally.Count("seen: client was told that the journal did not take it");
                    stage.Timeline.After(TimeSpan.FromSeconds(1), () => Try(service, command, answered));
                }
                else
                {
                    answered(answer);
                }
            });
        }

        stage.Timeline.After(Patience, () =>
        {
            if (isOver) return;
            isOver = true;
            stage.Tally.Count("seen: client repeated its request");
            Try(service, command, answered);
        });
    }
}
