using System.Collections.Immutable;
using System.Threading.Channels;

namespace Swarm.Runtime.Events;

/// <summary>The last events of this host, and those who listen for the next ones.</summary>
/// <remarks>Kept in memory: whoever comes after a restart hears of what happens from then on.</remarks>
/// <param name="labelsOf">Labels of a container's image; null: of none are told.</param>
public sealed class EventLog(
    TimeProvider time, Func<ContainerState, ImmutableSortedDictionary<string, string>>? labelsOf = null)
{
    /// <summary>How many events are kept for those who ask for former ones. Docker keeps as many.</summary>
    public const int Kept = 256;

    /// <summary>A listener that is further behind is let go: it must not hold the host's memory.</summary>
    public const int MostUnread = 4096;

    private readonly Lock _lock = new();
    private readonly Queue<EngineEvent> _kept = new();
    private readonly HashSet<Channel<EngineEvent>> _listeners = [];

    public void Publish(string kind, string action, string id, ImmutableSortedDictionary<string, string> attributes) =>
        Publish(new EngineEvent(time.GetUtcNow(), kind, action, id, attributes));

    /// <summary>Tells of a container, with its name, image and labels, those of its image included.</summary>
    /// <param name="more">What else is said.</param>
    public void Publish(ContainerState container, string action, params ReadOnlySpan<(string Key, string Value)> more)
    {
        ArgumentNullException.ThrowIfNull(container);
        var spec = container.Definition.Spec;
        var attributes = (labelsOf?.Invoke(container) ?? ImmutableSortedDictionary<string, string>.Empty)
            .SetItems(spec.Labels)
            .SetItem("image", spec.Image)
            .SetItem("name", container.Definition.Name);
        foreach (var (key, value) in more) attributes = attributes.SetItem(key, value);
        Publish(new EngineEvent(time.GetUtcNow(), "container", action, container.Id.Value, attributes)
        {
            From = spec.Image,
        });
    }

    /// <summary>Listens from now on.</summary>
    /// <returns>The kept events, oldest first, and those that follow; disposing of it ends the listening.</returns>
    public EventListening Listen()
    {
        var channel = Channel.CreateBounded<EngineEvent>(MostUnread);
        lock (_lock)
        {
            _listeners.Add(channel);
            return new EventListening([.. _kept], channel.Reader, () => Leave(channel));
        }
    }

    private void Publish(EngineEvent happened)
    {
        lock (_lock)
        {
            if (_kept.Count == Kept) _kept.Dequeue();
            _kept.Enqueue(happened);
            _listeners.RemoveWhere(listener => !listener.Writer.TryWrite(happened) && listener.Writer.TryComplete());
        }
    }

    private void Leave(Channel<EngineEvent> channel)
    {
        lock (_lock) _listeners.Remove(channel);
        channel.Writer.TryComplete();
    }
}

/// <summary>One who listens.</summary>
/// <param name="Former">The kept events when it began.</param>
/// <param name="Next">Those after them; completed where the listener was too slow.</param>
public sealed record EventListening(
    ImmutableArray<EngineEvent> Former, ChannelReader<EngineEvent> Next, Action Leaving) : IDisposable
{
    public void Dispose() => Leaving();
}
