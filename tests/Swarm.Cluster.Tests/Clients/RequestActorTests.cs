using Akka.Actor;
using Akka.TestKit.Xunit2;
using Swarm.Cluster.Clients;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Cluster.Tests.Clients;

/// <remarks>A failure stays within its process: it is not sent as others are, over the wire.</remarks>
public sealed class RequestActorTests() : TestKit("akka.loglevel = ERROR, akka.test.single-expect-default = 20 s")
{
    [Fact]
    public void An_owner_that_fails_may_have_kept_the_request_and_so_it_is_late()
    {
        var (owner, request) = (CreateTestProbe(), new RemoveService(new RequestId("r1"), new ServiceName("web")));
        Sys.ActorOf(RequestActor.Props(request, TestActor, owner, CreateTestProbe(), TimeSpan.FromMinutes(5)));
        owner.ExpectMsg<RemoveService>();
        owner.Reply(new Status.Failure(new InvalidOperationException("it broke.")));

        var failed = ExpectMsg<RequestRefused>();

        Assert.True(failed.Late);
        Assert.StartsWith("RemoveService failed: it broke. It may still", failed.Reason, StringComparison.Ordinal);
    }
}
