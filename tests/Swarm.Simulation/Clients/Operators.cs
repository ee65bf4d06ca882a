using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Simulation.Time;

namespace Swarm.Simulation.Clients;

/// <summary>People who deploy, change, scale and remove services while all else happens.</summary>
internal sealed class Operators(Stage stage, Chance draws, Client client)
{
    private static readonly ServiceName[] Names = [new("web"), new("api"), new("cache"), new("batch")];
    private static readonly UpdateFailureAction[] Actions = Enum.GetValues<UpdateFailureAction>();

    private int _images;

    /// <summary>Acts now and then until that time.</summary>
    public void Work(TimeSpan until)
    {
        foreach (var name in Names.Take(draws.Between(1, Names.Length)))
            stage.Timeline.After(draws.Seconds(1, 6), () => client.Ask(name, Deploy(name)));
        Next(until);
    }

    /// <summary>Leaves every service so few replicas that there is room for all of them, and for updates.</summary>
    public void MakeRoom()
    {
        foreach (var name in Names.Where(name => !IsJob(name)))
            client.Ask(name, new ScaleService(client.NewRequest(), name, draws.Between(1, 2)));
    }

    /// <summary>Looks at each service once.</summary>
    public void Look()
    {
        foreach (var name in Names) client.Ask(name, new GetService(name));
    }

    public static bool IsJob(ServiceName name) => name == Names[^1];

    private void Next(TimeSpan until) => stage.Timeline.After(draws.Seconds(1, 15), () =>
    {
        if (stage.Timeline.Elapsed >= until) return;
        Act();
        Next(until);
    });

    private void Act()
    {
        var name = draws.Pick(Names);
        switch (draws.Next(11))
        {
            case < 5: client.Ask(name, Deploy(name)); break;
            case 5: client.Ask(name, new RollbackService(client.NewRequest(), name)); break;
            case 6: Move(name); break;
            case < 9: client.Ask(name, new ScaleService(client.NewRequest(), name, draws.Between(0, 6))); break;
            default: client.Ask(name, new RemoveService(client.NewRequest(), name)); break;
        }
    }

    private void Move(ServiceName name)
    {
        var tasks = stage.Rules.Of(name).Now.Tasks.Values.ToList();
        if (tasks.Count == 0) return;
        client.Ask(name, new MoveTask(client.NewRequest(), name, draws.Pick(tasks).Id, "for a change"));
    }

    private DeployService Deploy(ServiceName name) => new(client.NewRequest(), IsJob(name) ? Job(name) : Spec(name));

    private ServiceSpec Spec(ServiceName name) => new()
    {
        Name = name,
        Container = new ContainerSpec
        {
            Image = $"{(draws.Once(0.1) ? "stubborn" : "steady")}:{++_images % 4}",
            StopGrace = draws.Seconds(1, 4),
        },
        Mode = new ServiceMode.Replicated(draws.Between(1, 6)),
        Reservations = new Resources(new MilliCpu(500), Bytes.FromMebibytes(64)),
        Restart = new RestartPolicy { Condition = draws.Once(0.8) ? RestartCondition.Any : RestartCondition.OnFailure },
        LostAfter = draws.Once(0.7) ? TimeSpan.FromSeconds(1) : draws.Seconds(0, 8),
        Update = new UpdatePolicy
        {
            Parallelism = draws.Next(4),
            Delay = draws.Once(0.3) ? draws.Seconds(0.1, 2) : TimeSpan.Zero,
            Order = draws.Once(0.5) ? UpdateOrder.StartFirst : UpdateOrder.StopFirst,
            FailureAction = draws.Pick(Actions),
            Monitor = draws.Seconds(0, 5),
        },
    };

    private ServiceSpec Job(ServiceName name) => new()
    {
        Name = name,
        Container = new ContainerSpec { Image = "work:1" },
        Mode = new ServiceMode.ReplicatedJob(draws.Between(1, 6), draws.Next(4)),
        Reservations = new Resources(new MilliCpu(250), Bytes.FromMebibytes(64)),
        Restart = new RestartPolicy
        {
            Condition = draws.Once(0.8) ? RestartCondition.OnFailure : RestartCondition.None,
            MaxAttempts = draws.Once(0.5) ? 0 : draws.Between(1, 4),
        },
    };
}
