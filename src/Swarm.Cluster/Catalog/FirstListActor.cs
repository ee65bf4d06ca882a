using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Hosting;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Services;

namespace Swarm.Cluster.Catalog;

/// <summary>Ends when this node's list of services is whole for the first time.</summary>
/// <remarks>
/// The entities publish into the list as they come back from the journal, one after the other; until then a list would
/// leave services out, as if they were gone. So each that the journal knows is asked, and seen in the list, before the
/// node says that it is ready. After <see cref="Patience"/> it goes without.
/// </remarks>
internal sealed partial class FirstListActor(
    JournalOptions journal, IActorRef services, IActorRef catalog, ILogger<FirstListActor> logger)
    : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly HashSet<ServiceName> _asked = [];
    private readonly HashSet<ServiceName> _unseen = [];

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(
        JournalOptions journal, IActorRef services, IActorRef catalog, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new FirstListActor(
            journal, services, catalog, loggers.CreateLogger<FirstListActor>()));

    protected override void PreStart()
    {
        Timers.StartSingleTimer("late", new Late(), Patience);
        KeptServices.ReadAsync(journal).PipeTo(
            Self, success: names => new Known(names), failure: cause => new Unknown(cause));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Known known: Ask(known.Names); break;
            case Unknown unknown: LogUnknown(unknown.Cause); Context.Stop(Self); break;
            case Answered answered: Take(answered); break;
            case Look: catalog.Tell(new GetServices()); break;
            case ServiceList list: Take(list); break;
            case Late: GiveUp(); break;
            default: Unhandled(message); break;
        }
    }

    private void Ask(ImmutableArray<ServiceName> names)
    {
        _asked.UnionWith(names);
        foreach (var name in names)
        {
            services.Ask<object>(new GetService(name), Patience).PipeTo(
                Self,
                success: answer => new Answered(name, answer is ServiceDetails { Removing: false }),
                failure: _ => new Answered(name, Exists: false));
        }

        EndIfWhole();
    }

    private void Take(Answered answered)
    {
        _asked.Remove(answered.Service);
        if (answered.Exists) _unseen.Add(answered.Service);
        if (_asked.Count == 0 && _unseen.Count > 0) catalog.Tell(new GetServices());
        EndIfWhole();
    }

    private void Take(ServiceList list)
    {
        _unseen.ExceptWith(list.Services.Select(listing => listing.Name));
        if (list.Next is { } next) catalog.Tell(new GetServices { After = next });
        else if (_unseen.Count > 0) Timers.StartSingleTimer("look", new Look(), Period);
        EndIfWhole();
    }

    private void GiveUp()
    {
        LogLate(_asked.Count, string.Join(", ", _asked.Concat(_unseen).Take(10)));
        Context.Stop(Self);
    }

    private void EndIfWhole()
    {
        if (_asked.Count + _unseen.Count == 0) Context.Stop(Self);
    }

    [LoggerMessage(LogLevel.Warning,
        "The list of services is not whole yet: {Silent} have not come back from the journal; not in it: {Unseen}")]
    private partial void LogLate(int silent, string unseen);

    [LoggerMessage(
        LogLevel.Warning, "The list of services may not be whole yet: the journal did not tell what there is")]
    private partial void LogUnknown(Exception cause);

    private sealed record Known(ImmutableArray<ServiceName> Names) : INoSerializationVerificationNeeded;

    private sealed record Unknown(Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record Answered(ServiceName Service, bool Exists) : INoSerializationVerificationNeeded;

    private sealed record Look : INoSerializationVerificationNeeded;

    private sealed record Late : INoSerializationVerificationNeeded;
}
