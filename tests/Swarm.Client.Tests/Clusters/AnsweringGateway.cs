using System.Threading.Channels;
using Akka.Actor;

namespace Swarm.Client.Tests.Clusters;

/// <summary>Writes down what it is asked, and answers by a function.</summary>
internal sealed class AnsweringGateway(Func<object, object?> answer, ChannelWriter<object> asked) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        asked.TryWrite(message);
        if (answer(message) is { } said) Sender.Tell(said);
    }
}
